// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * How far the retries of one call have come. Made at the first failure; used by one thread at a
 * time.
 */
final class RetryProgress {
  static final long STOP = -1;

  private final Retry retry;
  private final long firstFailureNanos;
  private int attempts;

  RetryProgress(Retry retry) {
    this.retry = retry;
    this.firstFailureNanos = retry.timeSource().nanoTime();
  }

  /**
   * One more attempt has failed.
   *
   * @return the nanoseconds to wait before the next, which is then counted as made, or {@link
   *     #STOP}
   */
  long next(@Nullable Throwable error, @Nullable Deadline deadline) {
    attempts++;
    long delay = attempts >= retry.maxAttempts() ? STOP : retry.delayNanos(attempts, error);
    if (delay < 0 || outlasts(delay, deadline)) {
      retry.countExhausted();
      return STOP;
    }
    return retry.tryWithdraw() ? delay : STOP;
  }

  /** After the wait: whether it took so long that no attempt may begin any more. */
  boolean late(@Nullable Deadline deadline) {
    if (!outlasts(0, deadline)) {
      return false;
    }
    retry.countExhausted();
    return true;
  }

  private boolean outlasts(long delay, @Nullable Deadline deadline) {
    long spent = retry.timeSource().nanoTime() - firstFailureNanos;
    return delay > retry.maxDurationNanos() - spent
        || (deadline != null && delay >= deadline.remainingNanos());
  }
}
