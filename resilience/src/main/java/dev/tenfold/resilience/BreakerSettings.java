// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The settings of a breaker's builder, and which of them exclude each other. Not thread-safe. */
final class BreakerSettings {
  private static final Backoff OPEN_FOR =
      Backoff.exponential(Duration.ofSeconds(10), Duration.ofMinutes(5)).equalJitter();

  private static final double UNSET = -1;
  private static final double NEVER = 2;

  final String name;
  TimeSource time = TimeSource.system();
  BreakerState first = BreakerState.CLOSED;

  double failureRate = UNSET;
  @Nullable Duration window;
  int windowCalls;
  @Nullable Supplier<FailureWindow> customWindow;
  int minimumCalls;
  int consecutiveFailures;
  long slowNanos;
  double slowRate = NEVER;

  Backoff openFor = OPEN_FOR;
  @Nullable RandomGenerator random;
  int probes = 5;
  double probeSuccessRate = 0.8;
  long leaseNanos = Duration.ofSeconds(10).toNanos();
  long rampNanos;

  @Nullable Classifier classifier;
  @Nullable BreakerSignal signal;
  BreakerEpisode.@Nullable Listener listener;
  Telemetry telemetry = Telemetry.none();

  BreakerSettings(String name) {
    this.name = Checks.name("circuit breaker", name);
  }

  int probesNeeded() {
    return Math.max(1, (int) Math.ceil(probes * probeSuccessRate - 1e-9));
  }

  /** Returns the factory of the windows. Refuses settings that exclude each other. */
  Supplier<FailureWindow> windows() {
    if (consecutiveFailures > 0) {
      String by = "consecutiveFailures(" + consecutiveFailures + ")";
      refuseRates(by);
      refuse(slowNanos > 0, "slowCalls", by);
      refuse(customWindow != null, "window(Supplier)", by);
      int most = consecutiveFailures;
      return () -> new ConsecutiveFailures(most);
    }
    if (customWindow != null) {
      refuseRates("window(Supplier)");
      return customWindow;
    }
    double rate = failureRate == UNSET ? 0.5 : failureRate;
    if (windowCalls > 0) {
      refuse(window != null, "window(" + window + ")", "window(" + windowCalls + ")");
      refuse(
          minimumCalls > windowCalls,
          "minimumCalls(" + minimumCalls + ")",
          "window(" + windowCalls + "), which never holds that many calls,");
      int size = windowCalls;
      int least = minimumCalls == 0 ? Math.min(20, size) : minimumCalls;
      Threshold threshold = new Threshold(rate, slowRate, least);
      return () -> new CountWindow(threshold, size);
    }
    Threshold threshold = new Threshold(rate, slowRate, minimumCalls == 0 ? 20 : minimumCalls);
    long length = Checks.nanos(window == null ? Duration.ofSeconds(30) : window);
    TimeSource clock = time;
    return () -> new TimeWindow(threshold, clock.nanoTime(), length);
  }

  private void refuseRates(String by) {
    refuse(failureRate != UNSET, "failureRate(" + failureRate + ")", by);
    refuse(window != null, "window(" + window + ")", by);
    refuse(windowCalls > 0, "window(" + windowCalls + ")", by);
    refuse(minimumCalls > 0, "minimumCalls(" + minimumCalls + ")", by);
  }

  private void refuse(boolean both, String one, String other) {
    if (both) {
      throw new IllegalArgumentException(
          "circuit breaker " + name + ": " + one + " and " + other + " exclude each other");
    }
  }

  /** Whether a change of state can run code of a user. */
  boolean userCodeInside() {
    return customWindow != null || !Jitter.isOurs(openFor) || !Jitter.isOurs(random);
  }
}
