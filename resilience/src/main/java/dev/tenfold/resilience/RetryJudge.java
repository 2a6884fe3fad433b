// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.RejectedException;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks the user code of a retry about a result: its classifier, backoff, {@code retryAfter} and
 * listener. A throw is counted, and the default applies.
 */
final class RetryJudge {
  private final @Nullable Classifier classifier;
  private final Backoff backoff;
  private final RandomGenerator random;
  private final @Nullable BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Duration>
      retryAfter;
  private final @Nullable RetryListener listener;
  private final UserCodeFaults faults;

  RetryJudge(
      @Nullable Classifier classifier,
      Backoff backoff,
      RandomGenerator random,
      @Nullable BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Duration> retryAfter,
      @Nullable RetryListener listener,
      UserCodeFaults faults) {
    this.classifier = classifier;
    this.backoff = backoff;
    this.random = random;
    this.retryAfter = retryAfter;
    this.listener = listener;
    this.faults = faults;
  }

  /** Returns the verdict of the classifier; without one, an exception is a failure. */
  Verdict verdict(@Nullable Object value, @Nullable Throwable error) {
    Verdict verdict = null;
    try {
      verdict =
          classifier == null
              ? null
              : faults.checked("classifier", classifier.classify(value, error));
    } catch (Throwable fault) {
      faults.report("classifier", fault);
    }
    if (verdict != null) {
      return verdict;
    }
    return error == null ? Verdict.SUCCESS : Verdict.FAILURE;
  }

  /** Returns the backoff after a number of failures; -1 if the backoff threw. */
  long backoffNanos(int failures) {
    try {
      return Math.max(0, backoff.delayNanos(failures, random));
    } catch (Throwable fault) {
      faults.report("backoff", fault);
      return -1;
    }
  }

  /** Returns the wait that the refusal or the backend asks for; 0 if neither does. */
  long askedNanos(@Nullable Object value, @Nullable Throwable error) {
    long asked =
        error instanceof RejectedException refusal ? Math.max(0, refusal.retryAfterNanos()) : 0;
    if (retryAfter == null) {
      return asked;
    }
    try {
      Duration wait = retryAfter.apply(value, error);
      return wait == null || wait.isNegative() ? asked : Math.max(asked, Checks.nanos(wait));
    } catch (Throwable fault) {
      faults.report("retryAfter", fault);
      return asked;
    }
  }

  /** Tells the listener that an attempt after the first is about to begin. */
  void tell(int attempt, long waitedNanos, @Nullable Object value, @Nullable Throwable error) {
    if (listener == null) {
      return;
    }
    try {
      listener.retrying(attempt, Duration.ofNanos(waitedNanos), value, error);
    } catch (Throwable fault) {
      faults.report("listener", fault);
    }
  }
}
