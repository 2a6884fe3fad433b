// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Receives the metrics and events of components: the SPI between Tenfold and a metrics library.
 * Counters and gauges are <em>pulled</em>: the library reads numbers that exist anyway, so
 * reporting costs nothing between reads. Latencies are pushed, and only if they are {@link
 * Latency#enabled() enabled}.
 *
 * <pre>{@code
 * Telemetry telemetry = MicrometerTelemetry.of(registry);
 * var breaker = CircuitBreaker.builder("payments").telemetry(telemetry).build();
 * }</pre>
 *
 * <p><b>Guarantees.</b> Of an implementation:
 *
 * <ul>
 *   <li>It is thread-safe, loses nothing and does not block. Recording a latency and reporting an
 *       event do not throw.
 *   <li>A registered counter or gauge is read, and kept reachable, until its {@link Registration}
 *       is closed, also if nobody holds the registration.
 *   <li>Of several open registrations of the same kind, name and tags, the newest is read.
 *   <li>Its tests extend {@code TelemetryContract}, in the {@code tests} jar of the module.
 * </ul>
 *
 * <p><b>No guarantees.</b> Registering may throw an {@link IllegalArgumentException} for a name
 * that the metrics library does not accept.
 *
 * <p>Components name their metrics {@code tenfold.<module>.<thing>}. No key, tenant or message is a
 * tag.
 */
public interface Telemetry {

  /**
   * Returns the telemetry that ignores everything.
   *
   * @return the telemetry, a constant
   */
  static Telemetry none() {
    return Nowhere.INSTANCE;
  }

  /**
   * Registers a counter.
   *
   * @param name the name of the counter
   * @param tags the tags of the component
   * @param read returns the current count, which never falls; called from any thread
   * @return the registration; closing it removes the counter
   */
  Registration counter(String name, Tags tags, LongSupplier read);

  /**
   * Registers a gauge.
   *
   * @param name the name of the gauge
   * @param tags the tags of the component
   * @param read returns the current value; called from any thread
   * @return the registration; closing it removes the gauge
   */
  Registration gauge(String name, Tags tags, DoubleSupplier read);

  /**
   * Returns the recorder of a latency.
   *
   * @param name the name of the latency
   * @param tags the tags of the component
   * @return the recorder; durations of the same name and tags are recorded together
   */
  Latency latency(String name, Tags tags);

  /**
   * Reports an event, such as a change of state: a breaker opened, a listener threw.
   *
   * @param name the name of the event
   * @param tags the tags of the component
   */
  void event(String name, Tags tags);

  /** The telemetry that {@link Telemetry#none()} returns. Not for use by name. */
  final class Nowhere implements Telemetry {
    private static final Nowhere INSTANCE = new Nowhere();
    private static final Registration NO_REGISTRATION = () -> {};
    private static final Latency NO_LATENCY =
        new Latency() {
          @Override
          public boolean enabled() {
            return false;
          }

          @Override
          public void record(long nanos) {}
        };

    private Nowhere() {}

    @Override
    public Registration counter(String name, Tags tags, LongSupplier read) {
      return NO_REGISTRATION;
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      return NO_REGISTRATION;
    }

    @Override
    public Latency latency(String name, Tags tags) {
      return NO_LATENCY;
    }

    @Override
    public void event(String name, Tags tags) {}

    @Override
    public String toString() {
      return "Telemetry.none()";
    }
  }
}
