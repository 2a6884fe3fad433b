// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far the retries of one call have come. Made at the first failure; used by one thread at a
 * time.
 */
final class RetryProgress {
  static final long STOP = -1;

  private static final long ASKED_BEYOND_BACKOFF_NANOS = Duration.ofSeconds(5).toNanos();

  private final Retry retry;
  private final long firstFailureNanos;
  private int attempts;
  private long waitNanos;
  private @Nullable Object lastValue;
  private @Nullable Throwable lastError;

  RetryProgress(Retry retry) {
    this.retry = retry;
    this.firstFailureNanos = retry.timeSource().nanoTime();
  }

  /**
   * One more attempt has failed.
   *
   * @param leftNanos the time until a timeout around all attempts fires
   * @return the nanoseconds to wait before the next, which is then counted as made, or {@link
   *     #STOP}
   */
  long next(
      @Nullable Object value,
      @Nullable Throwable error,
      @Nullable Deadline deadline,
      long leftNanos) {
    attempts++;
    long backoff = attempts >= retry.maxAttempts() ? STOP : retry.backoffNanos(attempts);
    long asked = backoff < 0 ? 0 : retry.askedNanos(error == null ? value : null, error);
    if (backoff < 0 || outlasts(Math.max(backoff, asked), deadline, leftNanos)) {
      retry.countExhausted();
      return STOP;
    }
    if (!retry.tryTake()) {
      return STOP;
    }
    lastValue = error == null ? value : null;
    lastError = error;
    // Not beyond the range: what outlasts maxDuration has been refused.
    waitNanos = Math.max(backoff, Math.min(asked, backoff + ASKED_BEYOND_BACKOFF_NANOS));
    return waitNanos;
  }

  /** After the wait: whether the next attempt begins, or it took so long that none may any more. */
  boolean begins(@Nullable Deadline deadline) {
    if (outlasts(0, deadline, Long.MAX_VALUE)) {
      retry.countExhausted();
      return false;
    }
    retry.tell(attempts + 1, waitNanos, lastValue, lastError);
    return true;
  }

  private boolean outlasts(long delay, @Nullable Deadline deadline, long leftNanos) {
    long spent = retry.timeSource().nanoTime() - firstFailureNanos;
    return delay > retry.maxDurationNanos() - spent
        || delay >= leftNanos
        || (deadline != null && delay >= deadline.remainingNanos());
  }
}
