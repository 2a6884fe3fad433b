// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The progress of the retries of one call: whether another attempt follows, and after which wait.
 * Created at the first failure. Used by one thread at a time.
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
   * Takes one more failed attempt, and decides about the next one.
   *
   * @param leftNanos the time until a timeout around all attempts fires
   * @return the nanoseconds to wait before the next attempt, which then counts as made; or {@link
   *     #STOP}
   */
  long next(
      @Nullable Object value,
      @Nullable Throwable error,
      @Nullable Deadline deadline,
      long leftNanos) {
    attempts++;
    long backoff = attempts >= retry.maxAttempts() ? STOP : retry.judge().backoffNanos(attempts);
    long asked = backoff < 0 ? 0 : retry.judge().askedNanos(error == null ? value : null, error);
    if (backoff < 0 || outlasts(Math.max(backoff, asked), deadline, leftNanos)) {
      retry.countExhausted();
      return STOP;
    }
    if (!retry.tryTake()) {
      return STOP;
    }
    lastValue = error == null ? value : null;
    lastError = error;
    // The sum cannot overflow: a wait that outlasts maxDuration was refused above.
    waitNanos = Math.max(backoff, Math.min(asked, backoff + ASKED_BEYOND_BACKOFF_NANOS));
    return waitNanos;
  }

  /** Returns whether the next attempt may begin after the wait, which may have taken too long. */
  boolean begins(@Nullable Deadline deadline) {
    if (outlasts(0, deadline, Long.MAX_VALUE)) {
      retry.countExhausted();
      return false;
    }
    retry.judge().tell(attempts + 1, waitNanos, lastValue, lastError);
    return true;
  }

  private boolean outlasts(long delay, @Nullable Deadline deadline, long leftNanos) {
    long spent = retry.timeSource().nanoTime() - firstFailureNanos;
    return delay > retry.maxDurationNanos() - spent
        || delay >= leftNanos
        || (deadline != null && delay >= deadline.remainingNanos());
  }
}
