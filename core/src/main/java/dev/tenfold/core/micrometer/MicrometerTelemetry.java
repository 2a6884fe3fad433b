// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.micrometer;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.noop.NoopTimer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * A telemetry that reports to a Micrometer registry.
 *
 * <pre>{@code
 * Telemetry telemetry = MicrometerTelemetry.of(registry);   // once per registry, for all components
 * }</pre>
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>Telemetry</th><th>Micrometer</th></tr>
 * <tr><td>counter</td><td>{@code FunctionCounter} of the same name, read when the registry is read
 *     </td></tr>
 * <tr><td>gauge</td><td>{@code Gauge} of the same name, read when the registry is read</td></tr>
 * <tr><td>latency</td><td>{@code Timer} of the same name; a {@code MeterFilter} of the registry sets
 *     percentiles and histograms</td></tr>
 * <tr><td>event</td><td>{@code Counter} of the name and {@code .events}, so that the name differs from
 *     a counter's</td></tr>
 * </table>
 *
 * <p><b>Guarantees.</b>
 *
 * <ul>
 *   <li>A meter is read, and its component kept reachable, until its {@link Registration} is
 *       closed, also if nobody holds the registration.
 *   <li>If several components register the same name and tags, the newest open registration is
 *       read.
 *   <li>If a read throws, a counter reports its previous count and a gauge reports not a number.
 *   <li>A latency is enabled unless a {@code MeterFilter} denies its meter at the first request.
 * </ul>
 *
 * <p><b>No guarantees.</b>
 *
 * <ul>
 *   <li>Adapters do not know each other. If two of them register the same name and tags with one
 *       registry, the registry reads the first, and closing either removes the meter of both. Make
 *       one adapter per registry and share it.
 *   <li>Timers and event counters have no registration and stay in the registry.
 *   <li>If the registry has a meter of another type under a name, registering throws an {@link
 *       IllegalArgumentException}, and an event is not counted.
 * </ul>
 *
 * <p>Thread-safe. Recording allocates nothing in this class.
 */
public final class MicrometerTelemetry implements Telemetry {
  private final MeterRegistry registry;
  private final ConcurrentMap<Key, PulledMeter> pulled = new ConcurrentHashMap<>();

  private MicrometerTelemetry(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
  }

  /**
   * Returns a telemetry that reports to a registry. Make one per registry, for all components.
   *
   * @param registry the registry; the caller closes it
   * @return the adapter
   */
  public static MicrometerTelemetry of(MeterRegistry registry) {
    return new MicrometerTelemetry(registry);
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    Objects.requireNonNull(read, "read");
    return pulled
        .computeIfAbsent(
            new Key(true, name, tags),
            key ->
                new PulledMeter(
                    registry,
                    meter ->
                        FunctionCounter.builder(name, registry, alive -> meter.count())
                            .tags(micrometerTags(tags))
                            .register(registry)))
        .add(read::getAsLong);
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    Objects.requireNonNull(read, "read");
    return pulled
        .computeIfAbsent(
            new Key(false, name, tags),
            key ->
                new PulledMeter(
                    registry,
                    meter ->
                        Gauge.builder(name, registry, alive -> meter.value())
                            .tags(micrometerTags(tags))
                            .register(registry)))
        .add(read);
  }

  @Override
  public Latency latency(String name, Tags tags) {
    return new TimerLatency(Timer.builder(name).tags(micrometerTags(tags)).register(registry));
  }

  @Override
  public void event(String name, Tags tags) {
    try {
      registry.counter(name + ".events", micrometerTags(tags)).increment();
    } catch (IllegalArgumentException taken) {
      // A meter of another type has the name: the event is lost, and the component continues.
    }
  }

  private static List<Tag> micrometerTags(Tags tags) {
    return tags.asMap().entrySet().stream().map(e -> Tag.of(e.getKey(), e.getValue())).toList();
  }

  @Override
  public String toString() {
    return "MicrometerTelemetry[" + registry.getClass().getSimpleName() + "]";
  }

  private record Key(boolean counter, String name, Tags tags) {}

  private record TimerLatency(Timer timer) implements Latency {
    @Override
    public boolean enabled() {
      return !(timer instanceof NoopTimer);
    }

    @Override
    public void record(long nanos) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
