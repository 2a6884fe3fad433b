// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a breaker's classifier and signal about results. A throw is counted and ignored. */
final class BreakerJudge {
  private static final long LONGEST_NANOS = Duration.ofHours(1).toNanos();

  private final @Nullable Classifier classifier;
  private final @Nullable BreakerSignal signal;
  private final UserCodeFaults faults;

  private BreakerJudge(BreakerSettings settings, UserCodeFaults faults) {
    this.classifier = settings.classifier;
    this.signal = settings.signal;
    this.faults = faults;
  }

  /** Returns the judge of a breaker; null if the breaker has neither classifier nor signal. */
  static @Nullable BreakerJudge of(BreakerSettings settings, UserCodeFaults faults) {
    boolean judges = settings.classifier != null || settings.signal != null;
    return judges ? new BreakerJudge(settings, faults) : null;
  }

  @Nullable Verdict verdict(@Nullable Object value, @Nullable Throwable error) {
    try {
      return classifier == null
          ? null
          : faults.checked("classifier", classifier.classify(value, error));
    } catch (Throwable fault) {
      faults.report("classifier", fault);
      return null;
    }
  }

  /** Takes the result of a call that ran to its end. */
  void exit(
      BreakerStateMachine stateMachine,
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Object value,
      @Nullable Throwable error) {
    Verdict judged = verdict(value, error);
    Verdict plain = error == null ? Verdict.SUCCESS : Verdict.FAILURE;
    Verdict verdict = judged == null ? plain : judged;
    long openNanos = stateMachine.decides(permit) ? openNanos(value, error) : 0;
    if (openNanos > 0) {
      stateMachine.exitOpening(permit, beganNanos, nowNanos, verdict, openNanos);
    } else {
      stateMachine.exit(permit, beganNanos, nowNanos, verdict);
    }
  }

  /** Returns for how long the result asks to open the breaker; 0 or less if it does not. */
  long openNanos(@Nullable Object value, @Nullable Throwable error) {
    try {
      Duration wanted = signal == null ? null : signal.openFor(value, error);
      return wanted == null ? 0 : Math.min(LONGEST_NANOS, Checks.nanos(wanted));
    } catch (Throwable fault) {
      faults.report("openOn", fault);
      return 0;
    }
  }
}
