// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.jfr;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A telemetry that writes events to a running flight recording too, as {@value #EVENT} with the
 * fields {@code event} and {@code tags}. Counters, gauges and latencies go only to the wrapped
 * telemetry.
 *
 * <pre>{@code
 * Telemetry telemetry = JfrTelemetry.of(MicrometerTelemetry.of(registry));
 * }</pre>
 *
 * <p><b>Guarantees.</b> The wrapped telemetry gets everything.
 *
 * <p><b>No guarantees.</b> Only a running recording that has the event type enabled gets events.
 *
 * <p>Thread-safe. Without a recording an event takes one check and allocates one object.
 */
public final class JfrTelemetry implements Telemetry {
  /** The name of the event type. */
  public static final String EVENT = "dev.tenfold.StateChange";

  private final Telemetry next;

  private JfrTelemetry(Telemetry next) {
    this.next = Objects.requireNonNull(next, "next");
  }

  /**
   * Wraps a telemetry.
   *
   * @param next the telemetry that gets everything; {@link Telemetry#none()} for a recording only
   * @return a telemetry whose events are also recorded
   */
  public static JfrTelemetry of(Telemetry next) {
    return new JfrTelemetry(next);
  }

  @Override
  public Registration counter(String name, Tags tags, LongSupplier read) {
    return next.counter(name, tags, read);
  }

  @Override
  public Registration gauge(String name, Tags tags, DoubleSupplier read) {
    return next.gauge(name, tags, read);
  }

  @Override
  public Latency latency(String name, Tags tags) {
    return next.latency(name, tags);
  }

  @Override
  public void event(String name, Tags tags) {
    StateChange change = new StateChange();
    if (change.shouldCommit()) {
      change.event = name;
      change.tags = tags.toString();
      change.commit();
    }
    next.event(name, tags);
  }

  @Override
  public String toString() {
    return "JfrTelemetry[" + next + "]";
  }

  @Name(EVENT)
  @Label("State Change")
  @Category("Tenfold")
  @Description("A component changed its state")
  @StackTrace(false)
  @SuppressWarnings("UnusedVariable") // the recording reads the fields
  private static final class StateChange extends Event {
    @Label("Event")
    String event = "";

    @Label("Tags")
    String tags = "";
  }
}
