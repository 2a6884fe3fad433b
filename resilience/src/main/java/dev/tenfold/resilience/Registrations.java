// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What the policies built for one key have registered, to be taken back with the key. Policies that
 * are only used for the key were built before, and keep theirs.
 */
final class Registrations {
  private static final Ambient.Key<Registrations> BUILDING =
      Ambient.key("tenfold.resilience.registrations");

  private final Queue<Registration> open = new ConcurrentLinkedQueue<>();

  /** Returns where a policy registers: the given telemetry, noted if it is built for a key. */
  static Telemetry noted(Telemetry telemetry) {
    Registrations building = Ambient.get(BUILDING);
    if (building == null || telemetry.equals(Telemetry.none())) {
      return telemetry;
    }
    return building.new Noting(telemetry);
  }

  /** What is built on this thread, until the scope is closed, is built for this key. */
  Ambient.Scope building() {
    return Ambient.open(BUILDING, this);
  }

  /** Takes everything back. */
  void close(Consumer<Throwable> faults) {
    for (Registration next = open.poll(); next != null; next = open.poll()) {
      try {
        next.close();
      } catch (Throwable fault) {
        faults.accept(fault);
      }
    }
  }

  private final class Noting implements Telemetry {
    private final Telemetry telemetry;

    Noting(Telemetry telemetry) {
      this.telemetry = telemetry;
    }

    private Registration note(Registration registration) {
      open.add(registration);
      return registration;
    }

    @Override
    public Registration counter(String name, Tags tags, LongSupplier read) {
      return note(telemetry.counter(name, tags, read));
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      return note(telemetry.gauge(name, tags, read));
    }

    @Override
    public Latency latency(String name, Tags tags) {
      return telemetry.latency(name, tags);
    }

    @Override
    public void event(String name, Tags tags) {
      telemetry.event(name, tags);
    }
  }
}
