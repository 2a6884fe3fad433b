// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Where components report to: the SPI between Tenfold and a metrics library. Counters and gauges
 * are <em>pulled</em> from counters that exist anyway, so that reporting costs nothing until
 * somebody looks; only latencies are pushed, and only if {@link Latency#enabled() somebody
 * listens}.
 *
 * <p>Names read {@code tenfold.<module>.<thing>}. A tag is never a key, a tenant or a message.
 *
 * <p>What was registered is read, and kept alive, until its {@link Registration} is closed, whether
 * or not anybody holds on to the registration. Of several open registrations of the same kind, name
 * and tags the newest is read.
 *
 * <p>Implementations are thread-safe, lose nothing and do not block; recording a latency and
 * reporting an event do not throw. Registering may throw {@link IllegalArgumentException} for a
 * name that the metrics library cannot take. The contract test is {@code TelemetryContract}, in the
 * module's {@code tests} jar.
 */
public interface Telemetry {

  /**
   * Returns the telemetry that reports nowhere.
   *
   * @return a constant
   */
  static Telemetry none() {
    return Nowhere.INSTANCE;
  }

  /**
   * Registers a counter.
   *
   * @param name what is counted
   * @param tags which one
   * @param read returns the count so far; never falls; called from any thread
   * @return takes the counter back; the counter is read until then, held or not
   */
  Registration counter(String name, Tags tags, LongSupplier read);

  /**
   * Registers a gauge.
   *
   * @param name what is measured
   * @param tags which one
   * @param read returns the present value; called from any thread
   * @return takes the gauge back; the gauge is read until then, held or not
   */
  Registration gauge(String name, Tags tags, DoubleSupplier read);

  /**
   * Returns where durations go.
   *
   * @param name what takes the time
   * @param tags which one
   * @return the recorder, the same one for the same name and tags where that matters
   */
  Latency latency(String name, Tags tags);

  /**
   * Reports a change of state: a breaker opened, a listener threw.
   *
   * @param name what happened
   * @param tags to whom
   */
  void event(String name, Tags tags);

  /** Reports nowhere. There is one instance, {@link Telemetry#none()}. */
  final class Nowhere implements Telemetry {
    private static final Nowhere INSTANCE = new Nowhere();
    private static final Registration NOTHING = () -> {};
    private static final Latency DEAF =
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
      return NOTHING;
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      return NOTHING;
    }

    @Override
    public Latency latency(String name, Tags tags) {
      return DEAF;
    }

    @Override
    public void event(String name, Tags tags) {}

    @Override
    public String toString() {
      return "Telemetry.none()";
    }
  }
}
