// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.TopologyFile;
import dev.tenfold.sharding.TopologyWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Creates the parts of an instance, and closes them in reverse order. */
final class Wiring implements AutoCloseable {
  private static final Duration TOPOLOGY_INTERVAL = Duration.ofMillis(500);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final HttpFace face;

  private Wiring(InstanceConfig config) throws Exception {
    Signals signals = new Signals();
    TopologyWatch topology =
        opened(
            TopologyWatch.builder(TopologyFile.at(Path.of(config.topologyFile())))
                .every(TOPOLOGY_INTERVAL)
                .telemetry(signals)
                .build());
    Shards shards = opened(new Shards(config, ShardRouter.of(topology), signals));
    Idempotency idempotency =
        opened(
            Idempotency.builder(JdbcIdempotencyStore.postgres(shards.any()))
                .telemetry(signals)
                .build());
    Bookings bookings = new Bookings(shards, idempotency);
    Profiles profiles = opened(new Profiles(config, bookings, signals));
    Payments payments = new Payments(config.paymentsUrl(), signals);
    this.face =
        opened(
            new HttpFace(
                new BookingService(bookings, payments, profiles),
                shards,
                signals,
                () -> TopologyStamp.of(topology.current())));
  }

  static Wiring of(InstanceConfig config) throws Exception {
    return new Wiring(config);
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  int port() {
    return face.port();
  }

  @Override
  public void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
