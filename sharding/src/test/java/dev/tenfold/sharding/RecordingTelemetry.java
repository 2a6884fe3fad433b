// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Keeps what is registered, under "name tags", and the events and latencies as they come. */
final class RecordingTelemetry implements Telemetry {
  final Map<String, DoubleSupplier> registered = new ConcurrentHashMap<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  String refused = "";
  final List<Long> latencies = new CopyOnWriteArrayList<>();

  double read(String id) {
    return registered.get(id).getAsDouble();
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    return gauge(name, tags, read::getAsLong);
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    if (name.equals(refused)) {
      throw new IllegalArgumentException(name + " is no name");
    }
    String id = name + " " + tags;
    registered.put(id, read);
    return () -> registered.remove(id);
  }

  @Override
  public Latency latency(String name, Tags tags) {
    return new Latency() {
      @Override
      public boolean enabled() {
        return true;
      }

      @Override
      public void record(long nanos) {
        latencies.add(nanos);
      }
    };
  }

  @Override
  public void event(String name, Tags tags) {
    events.add(name + " " + tags);
  }
}
