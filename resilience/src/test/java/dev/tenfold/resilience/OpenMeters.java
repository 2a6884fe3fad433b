// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Telemetry that knows how many of its registrations are open. */
final class OpenMeters implements Telemetry {
  private final Set<Registration> open = ConcurrentHashMap.newKeySet();

  int open() {
    return open.size();
  }

  private Registration register() {
    Registration registration =
        new Registration() {
          @Override
          public void close() {
            open.remove(this);
          }
        };
    open.add(registration);
    return registration;
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    return register();
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    return register();
  }

  @Override
  public Latency latency(String name, Tags tags) {
    return Telemetry.none().latency(name, tags);
  }

  @Override
  public void event(String name, Tags tags) {}
}
