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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The file by which the instances route. Version 1 is there before they start; version 2 is
 * published in the middle of the traffic, as an operator would. It pins the busiest user to the
 * shard where she is anyway: every process has to follow, and no data has to move, which is not a
 * part of this demo.
 */
final class TopologyRollout {
  private static final double SHARE_OF_RUN = 0.31; // between two faults
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
   * @param path where the instances look
   * @param runSeconds how long the traffic will last
   * @param instances asks every instance by which topology it routes
   */
  TopologyRollout(
      TimeSource time, Path path, int runSeconds, Supplier<Map<String, TopologyStamp>> instances)
      throws IOException {
    this.time = time;
    this.path = path;
    this.file = TopologyFile.at(path);
    this.second = runSeconds * SHARE_OF_RUN;
    this.instances = instances;
    Files.deleteIfExists(path); // of an earlier run
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
      // Not an error here: the promise check asks the instances once more.
    } catch (Exception stopped) {
      failure = stopped;
    }
  }

  private static Topology pinned(Topology topology) {
    ShardRouter router = ShardRouter.of(TopologySource.of(topology));
    return topology.evolve().pin(BUSIEST_USER, router.route(BUSIEST_USER).value()).build();
  }

  /** What kept version 2 from being published, or null. */
  @Nullable Exception failure() {
    return failure;
  }

  /** What the file says now. */
  Topology published() throws IOException {
    return Topology.parse(file.load());
  }

  /** What the file says, and what the instances say. */
  Evidence.Routing evidence() throws IOException {
    return new Evidence.Routing(
        TopologyStamp.of(published()), instances.get(), second, followedSeconds);
  }
}
