// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Reports a breaker's state and counters to the telemetry, and changes of state to a listener. */
final class BreakerTelemetry implements BreakerEpisode.Listener {
  private static final String PREFIX = "tenfold.resilience.breaker.";

  private final Telemetry telemetry;
  private final String name;
  private final BreakerEpisode.@Nullable Listener listener;
  private final UserCodeFaults faults;

  /** Returns what a breaker reports to; null if there is neither a telemetry nor a listener. */
  static @Nullable BreakerTelemetry of(BreakerSettings settings, UserCodeFaults faults) {
    boolean nobody = settings.listener == null && settings.telemetry.equals(Telemetry.none());
    return nobody ? null : new BreakerTelemetry(settings, faults);
  }

  private BreakerTelemetry(BreakerSettings settings, UserCodeFaults faults) {
    this.telemetry = Registrations.noted(settings.telemetry);
    this.name = settings.name;
    this.listener = settings.listener;
    this.faults = faults;
  }

  void register(BreakerStateMachine stateMachine) {
    if (telemetry.equals(Telemetry.none())) {
      return;
    }
    Tags tags = Tags.of("name", name);
    AtomicLong max = new AtomicLong(); // successes are a difference that wavers; a counter must not
    BreakerCounters counters = stateMachine.counters();
    telemetry.gauge(PREFIX + "state", tags, () -> stateMachine.state().code);
    telemetry.counter(
        PREFIX + "successes",
        tags,
        () -> max.accumulateAndGet(stateMachine.successes(), Math::max));
    telemetry.counter(PREFIX + "failures", tags, counters::failures);
    telemetry.counter(PREFIX + "slow", tags, counters::slow);
    telemetry.counter(PREFIX + "refused", tags, counters::refused);
    telemetry.counter(PREFIX + "opened", tags, counters::opened);
    telemetry.counter(PREFIX + "wouldopen", tags, counters::wouldOpen);
  }

  @Override
  public void changed(BreakerState from, BreakerState to) {
    event(to.text);
    if (listener != null) {
      listener.changed(from, to);
    }
  }

  @Override
  public void wouldOpen() {
    event("would-open");
  }

  private void event(String what) {
    try {
      telemetry.event(PREFIX + what, Tags.of("name", name));
    } catch (Throwable fault) {
      faults.report("telemetry", fault); // the listener is called all the same
    }
  }
}
