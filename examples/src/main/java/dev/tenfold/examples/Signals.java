// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The metrics of one instance by name: those that the modules report through {@link Telemetry}, and
 * some of the service. The names of counters begin with {@code count.}, those of breaker states
 * with {@code breaker.}, those of permits in use with {@code held.}.
 */
final class Signals implements Telemetry {
  private static final Map<String, String> SHOWN_AS =
      Map.of(
          "tenfold.resilience.breaker.state", "breaker.",
          "tenfold.resilience.bulkhead.inflight", "held.bulkhead ");

  private final Map<String, DoubleSupplier> readings = new ConcurrentHashMap<>();

  /** Adds a metric of the service. */
  Registration read(String name, DoubleSupplier read) {
    readings.put(name, read);
    return () -> readings.remove(name, read);
  }

  /** Returns the current values of all metrics that have one. */
  Map<String, Double> now() {
    Map<String, Double> values = new TreeMap<>();
    readings.forEach((name, read) -> {
      double value = read.getAsDouble();
      if (Double.isFinite(value)) {
        values.put(name, value);
      }
    });
    return values;
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    return read("count." + named(name, tags), read::getAsLong);
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    String shownAs = SHOWN_AS.get(name);
    return read(shownAs == null ? named(name, tags) : shownAs + tags.asMap().get("name"), read);
  }

  private static String named(String name, Tags tags) {
    return tags.asMap().isEmpty() ? name : name + "{" + tags + "}";
  }

  @Override
  public Latency latency(String name, Tags tags) {
    return Telemetry.none().latency(name, tags);
  }

  @Override
  public void event(String name, Tags tags) {
    // States are read once per sample, which is enough for a chart.
  }
}
