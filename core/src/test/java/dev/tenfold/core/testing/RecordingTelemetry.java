// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.testing;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A telemetry for tests: keeps what a component reports, to be read back by id.
 *
 * <pre>{@code
 * var telemetry = new RecordingTelemetry();
 * Bulkhead pool = Bulkhead.builder("pool", 1).telemetry(telemetry).build();
 * pool.enter(0);
 * assertThat(telemetry.read("tenfold.resilience.bulkhead.inflight name=pool")).isEqualTo(1);
 * }</pre>
 *
 * <p>The id is the name, a space and the tags sorted by name, {@code name a=1,b=2}; without tags
 * the name alone. Latencies are enabled. A counter and a gauge of one id are not told apart.
 * Override a method to test a component against a telemetry that throws.
 *
 * <p>Thread-safe.
 */
public class RecordingTelemetry implements Telemetry {
  private final AtomicInteger registrations = new AtomicInteger();
  private final Map<Integer, Meter> meters = new ConcurrentSkipListMap<>();
  private final Map<String, Queue<Long>> latencies = new ConcurrentHashMap<>();
  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  /** Creates a telemetry to which nothing was reported yet. */
  public RecordingTelemetry() {}

  /**
   * Reads a counter or gauge.
   *
   * @param id name and tags
   * @return the value of the newest open one of that id
   * @throws AssertionError if none is open; the message lists what is
   */
  public double read(String id) {
    @Nullable DoubleSupplier newest = null;
    for (Meter meter : meters.values()) {
      if (meter.id.equals(id)) {
        newest = meter.read;
      }
    }
    if (newest == null) {
      throw new AssertionError("\"" + id + "\" is not open; open are " + open());
    }
    return newest.getAsDouble();
  }

  /**
   * Lists the counters and gauges whose registrations are not closed yet.
   *
   * @return their ids in the order of registration, an id twice if it is open twice
   */
  public List<String> open() {
    return meters.values().stream().map(Meter::id).toList();
  }

  /**
   * Lists the events.
   *
   * @return their ids in the order of reporting
   */
  public List<String> events() {
    return List.copyOf(events);
  }

  /**
   * Lists the durations recorded for one latency.
   *
   * @param id name and tags
   * @return nanoseconds in the order of recording, empty if there is no such latency
   */
  public List<Long> latencies(String id) {
    return List.copyOf(latencies.getOrDefault(id, new ConcurrentLinkedQueue<>()));
  }

  /**
   * Refuses a name, as a metrics library may: registering a counter or gauge of this name throws an
   * {@link IllegalArgumentException}.
   *
   * @param name the name without tags
   */
  public void refuse(String name) {
    refused.add(name);
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    return register(name, tags, read::getAsLong);
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    return register(name, tags, read);
  }

  private Registration register(String name, Tags tags, DoubleSupplier read) {
    if (refused.contains(name)) {
      throw new IllegalArgumentException("the test refuses the name \"" + name + "\"");
    }
    int number = registrations.incrementAndGet();
    meters.put(number, new Meter(id(name, tags), read));
    return () -> meters.remove(number);
  }

  @Override
  public Latency latency(String name, Tags tags) {
    String id = id(name, tags);
    Queue<Long> recorded = latencies.computeIfAbsent(id, key -> new ConcurrentLinkedQueue<>());
    return new Latency() {
      @Override
      public boolean enabled() {
        return true;
      }

      @Override
      public void record(long nanos) {
        recorded.add(nanos);
      }
    };
  }

  @Override
  public void event(String name, Tags tags) {
    events.add(id(name, tags));
  }

  private static String id(String name, Tags tags) {
    var text = new StringBuilder(name);
    new TreeMap<>(tags.asMap())
        .forEach((tag, value) ->
            text.append(text.length() == name.length() ? ' ' : ',')
                .append(tag)
                .append('=')
                .append(value));
    return text.toString();
  }

  private record Meter(String id, DoubleSupplier read) {}
}
