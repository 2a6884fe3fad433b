// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Keeps the counters that were registered, for reading in a test. */
final class CountingTelemetry implements Telemetry {
  private final Map<String, LongSupplier> counters = new ConcurrentHashMap<>();

  long read(String name, String tag, String value) {
    return counters.entrySet().stream()
        .filter(e -> e.getKey().startsWith(name + " "))
        .filter(e -> e.getKey().contains(tag + "=" + value))
        .mapToLong(e -> e.getValue().getAsLong())
        .sum();
  }

  int registered() {
    return counters.size();
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    String id = name + " " + tags;
    counters.put(id, read);
    return () -> counters.remove(id);
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Latency latency(String name, Tags tags) {
    return Telemetry.none().latency(name, tags);
  }

  @Override
  public void event(String name, Tags tags) {}
}
