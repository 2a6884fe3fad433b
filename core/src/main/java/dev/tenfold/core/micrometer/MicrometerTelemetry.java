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
 * Telemetry that ends in a Micrometer registry.
 *
 * <pre>{@code
 * Telemetry telemetry = MicrometerTelemetry.of(registry);   // once per registry, for all components
 * }</pre>
 *
 * <table>
 * <caption>What becomes what</caption>
 * <tr><th>Telemetry</th><th>Micrometer</th></tr>
 * <tr><td>counter</td><td>{@code FunctionCounter} of the same name, read when the registry is</td></tr>
 * <tr><td>gauge</td><td>{@code Gauge} of the same name, read when the registry is</td></tr>
 * <tr><td>latency</td><td>{@code Timer} of the same name; percentiles and histograms are the
 *     registry's business, by {@code MeterFilter}</td></tr>
 * <tr><td>event</td><td>{@code Counter} of the name with {@code .events} behind it, so that it
 *     cannot clash with a counter</td></tr>
 * </table>
 *
 * <p>A meter lives until its {@link Registration} is closed. If several components register the
 * same name and tags, the newest open registration is the one that is read. Until then the registry
 * keeps what it reads alive, whether or not anybody keeps the registration.
 *
 * <p>That holds within one adapter, so make one per registry and share it. Two adapters over one
 * registry do not know each other: of the same name and tags the registry then reads the one that
 * came first, and whichever is closed first takes the meter of both away. Timers and event counters
 * have no registration and stay in the registry.
 *
 * <p>A latency is enabled unless a {@code MeterFilter} denies its meter when it is first asked for.
 * A read that throws yields the previous count (counter) or not a number (gauge). Registering
 * throws {@link IllegalArgumentException} if the registry holds a meter of another type under that
 * name; an event is not counted then.
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
   * Returns telemetry that reports to a registry. One per registry is to be shared by all
   * components.
   *
   * @param registry stays the user's to close
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
                        Gauge.builder(name, registry, alive -> meter.level())
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
      // A meter of another type has the name: the event is lost, the component goes on.
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
