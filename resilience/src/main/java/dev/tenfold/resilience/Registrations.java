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
 * The telemetry registrations of the policies that were built for one key. They are closed when the
 * key is evicted. Policies that were built before keep their registrations.
 */
final class Registrations {
  private static final Ambient.Key<Registrations> BUILDING =
      Ambient.key("tenfold.resilience.registrations");

  private final Queue<Registration> open = new ConcurrentLinkedQueue<>();

  /** Returns the telemetry of a policy, which notes registrations while a key is being built. */
  static Telemetry noted(Telemetry telemetry) {
    Registrations building = Ambient.get(BUILDING);
    if (building == null || telemetry.equals(Telemetry.none())) {
      return telemetry;
    }
    return building.new Noting(telemetry);
  }

  /** Opens a scope in which policies built on this thread belong to this key. */
  Ambient.Scope building() {
    return Ambient.open(BUILDING, this);
  }

  /** Closes all registrations. */
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
