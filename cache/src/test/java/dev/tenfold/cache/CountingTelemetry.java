// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Keeps what was registered, under "name tags", for reading in a test. */
final class CountingTelemetry implements Telemetry {
  private final Map<String, DoubleSupplier> readings = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> latencies = new ConcurrentHashMap<>();

  double read(String id) {
    return readings.get(id).getAsDouble();
  }

  long recorded(String id) {
    return latencies.get(id).sum();
  }

  long registered(String prefix) {
    return readings.keySet().stream().filter(id -> id.startsWith(prefix)).count();
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    return gauge(name, tags, read::getAsLong);
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    String id = name + " " + tags;
    readings.put(id, read);
    return () -> readings.remove(id);
  }

  @Override
  public Latency latency(String name, Tags tags) {
    LongAdder count = latencies.computeIfAbsent(name + " " + tags, id -> new LongAdder());
    return new Latency() {
      @Override
      public boolean enabled() {
        return true;
      }

      @Override
      public void record(long nanos) {
        count.increment();
      }
    };
  }

  @Override
  public void event(String name, Tags tags) {}
}
