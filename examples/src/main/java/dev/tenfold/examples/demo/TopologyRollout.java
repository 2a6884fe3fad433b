// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import dev.tenfold.examples.BookingSchema;
import dev.tenfold.examples.TopologyStamp;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyFile;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The publication of the topology. Version 1 is published before the instances start, version 2
 * under traffic. Version 2 pins the busiest user to her present shard: every process has to follow
 * the version, and no data has to move.
 */
final class TopologyRollout {
  private static final double SHARE_OF_RUN = 0.29; // between two faults
  private static final long BUSIEST_USER = 1;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final TimeSource time;
  private final Path path;
  private final TopologyFile file;
  private final double second;
  private final Supplier<Map<String, TopologyStamp>> instances;
  private volatile double followedSeconds = Double.NaN;
  private volatile @Nullable Exception failure;

  /**
   * Prepares the rollout and publishes version 1.
   *
   * @param path the file that the instances watch
   * @param runSeconds the length of the traffic
   * @param instances returns the topologies of the instances
   */
  TopologyRollout(
      TimeSource time, Path path, int runSeconds, Supplier<Map<String, TopologyStamp>> instances)
      throws IOException {
    this.time = time;
    this.path = path;
    this.file = TopologyFile.at(path);
    this.second = runSeconds * SHARE_OF_RUN;
    this.instances = instances;
    Files.deleteIfExists(path); // the file of an earlier run
    file.write(BookingSchema.topology());
  }

  String path() {
    return path.toString();
  }

  Thread start(long beganNanos) {
    Thread thread = new Thread(() -> run(beganNanos), "demo-rollout");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void run(long beganNanos) {
    try {
      time.sleep(beganNanos + (long) (second * 1e9) - time.nanoTime());
      Topology next = pinned(published());
      long publishedNanos = time.nanoTime();
      file.write(next);
      Await.until("all instances follow", TIMEOUT, () -> evidence().agreed());
      followedSeconds = (time.nanoTime() - publishedNanos) / 1e9;
    } catch (AssertionError notInTime) {
      // Not an error here: the promise check reads the topologies again.
    } catch (Exception stopped) {
      failure = stopped;
    }
  }

  private static Topology pinned(Topology topology) {
    ShardRouter router = ShardRouter.of(TopologySource.of(topology));
    return topology.evolve().pin(BUSIEST_USER, router.route(BUSIEST_USER).value()).build();
  }

  /** Returns the exception that kept version 2 from being published, or null. */
  @Nullable Exception failure() {
    return failure;
  }

  /** Returns the topology in the file. */
  Topology published() throws IOException {
    return Topology.parse(file.load());
  }

  /** Returns the function from a user to the shard by the topology in the file. */
  LongFunction<String> home() throws IOException {
    ShardRouter router = ShardRouter.of(TopologySource.of(published()));
    return user -> router.route(user).toString();
  }

  /** Returns the topology in the file and those of the instances. */
  Evidence.Routing evidence() throws IOException {
    return new Evidence.Routing(
        TopologyStamp.of(published()), instances.get(), second, followedSeconds);
  }
}
