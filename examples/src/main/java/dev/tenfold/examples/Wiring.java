// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore;
import java.util.ArrayDeque;
import java.util.Deque;

/** Puts the parts of an instance together, and takes them apart in reverse order. */
final class Wiring implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final HttpFace face;

  private Wiring(InstanceConfig config) throws Exception {
    Signals signals = new Signals();
    Shards shards = opened(new Shards(config, signals));
    Idempotency idempotency =
        opened(
            Idempotency.builder(JdbcIdempotencyStore.postgres(shards.any()))
                .telemetry(signals)
                .build());
    Bookings bookings = new Bookings(shards, idempotency);
    Profiles profiles = opened(new Profiles(config, bookings, signals));
    Payments payments = new Payments(config.paymentsUrl(), signals);
    this.face = opened(new HttpFace(new BookingService(bookings, payments, profiles), signals));
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
