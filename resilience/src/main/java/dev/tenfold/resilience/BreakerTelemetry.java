// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a breaker tells the telemetry and whoever listens to its states. */
final class BreakerTelemetry implements Episode.Listener {
  private static final String PREFIX = "tenfold.resilience.breaker.";

  private final Telemetry telemetry;
  private final String name;
  private final Episode.@Nullable Listener listener;
  private final Faults faults;

  BreakerTelemetry(BreakerPlan plan, Faults faults) {
    this.telemetry = Registrations.noted(plan.telemetry);
    this.name = plan.name;
    this.listener = plan.listener;
    this.faults = faults;
  }

  void register(Episodes episodes) {
    if (telemetry.equals(Telemetry.none())) {
      return;
    }
    Tags tags = Tags.of("name", name);
    AtomicLong most = new AtomicLong(); // a difference of counters wavers, what is read must not
    telemetry.gauge(PREFIX + "state", tags, () -> episodes.phase().code);
    telemetry.counter(
        PREFIX + "successes", tags, () -> most.accumulateAndGet(episodes.successes(), Math::max));
    telemetry.counter(PREFIX + "failures", tags, episodes::failures);
    telemetry.counter(PREFIX + "slow", tags, episodes::slow);
    telemetry.counter(PREFIX + "refused", tags, episodes::refused);
    telemetry.counter(PREFIX + "opened", tags, episodes::opened);
    telemetry.counter(PREFIX + "wouldopen", tags, episodes::wouldOpen);
  }

  @Override
  public void changed(Episode.Phase from, Episode.Phase to) {
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
      faults.report("telemetry", fault); // whoever listens hears of it all the same
    }
  }
}
