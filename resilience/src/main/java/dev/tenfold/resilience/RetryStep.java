// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/** The step of a blocking call for a {@link Retry}: it repeats the steps further in. */
final class RetryStep extends Step {
  private final Retry retry;
  private final TimeSource time;
  private final boolean clocked;

  /**
   * Creates the step.
   *
   * @param clocked whether a policy of the pipeline needs the time at the beginning of an attempt
   */
  RetryStep(Retry retry, TimeSource time, boolean clocked, @Nullable Step next) {
    super(next);
    this.retry = retry;
    this.time = time;
    this.clocked = clocked;
  }

  @Override
  @SuppressWarnings("NullAway") // the result is null only if the supplier returned null
  <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      boolean asOutcome)
      throws X {
    Object result = null;
    Exception error = null;
    try {
      result =
          next == null
              ? code(supplier, asOutcome)
              : next.call(supplier, nowNanos, watch, times, asOutcome);
    } catch (Exception thrown) {
      error = thrown;
    }
    if (repeats(result, error, watch, asOutcome)) {
      return repeat(supplier, result, error, watch, times, asOutcome);
    }
    if (error != null) {
      throw CallErrors.<X>rethrown(error);
    }
    return result;
  }

  /** Makes further attempts after a first one that is to be repeated. */
  private <T extends @Nullable Object, X extends Exception> @Nullable Object repeat(
      CheckedSupplier<T, X> supplier,
      @Nullable Object first,
      @Nullable Exception firstError,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      boolean asOutcome)
      throws X {
    RetryProgress progress = new RetryProgress(retry);
    Object result = first;
    Exception error = firstError;
    while (waited(
        progress,
        watch,
        times,
        value(result, asOutcome),
        error == null ? refusal(result, asOutcome) : CallErrors.unwrapped(error))) {
      result = null;
      error = null;
      try {
        result =
            next == null
                ? code(supplier, asOutcome)
                : next.call(supplier, clocked ? time.nanoTime() : 0, watch, times, asOutcome);
      } catch (Exception thrown) {
        error = thrown;
      }
      if (!repeats(result, error, watch, asOutcome)) {
        break;
      }
    }
    if (error != null) {
      throw CallErrors.<X>rethrown(error);
    }
    return result;
  }

  /**
   * Returns whether the result is one to repeat. After an outer timeout, none is, and none earns.
   */
  private boolean repeats(
      @Nullable Object result,
      @Nullable Exception error,
      @Nullable BlockingTimeout watch,
      boolean asOutcome) {
    if (watch != null && watch.fired()) {
      return false;
    }
    if (asOutcome && result instanceof Outcome.Rejected<?>) {
      return retry.repeatsRefusals();
    }
    return retry.ended(
        value(result, asOutcome), error == null ? null : CallErrors.unwrapped(error));
  }

  private static @Nullable Exception refusal(@Nullable Object result, boolean asOutcome) {
    return asOutcome && result instanceof Outcome.Rejected<?> rejected ? rejected.refusal() : null;
  }

  /** Waits before the next attempt. Returns false if there is no next attempt. */
  private boolean waited(
      RetryProgress progress,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      @Nullable Object value,
      @Nullable Throwable error) {
    long left = BlockingTimeout.leftNanos(watch, time);
    long delay = progress.next(value, error, Deadline.current(), left);
    if (delay == RetryProgress.STOP) {
      return false;
    }
    if (times != null) {
      times.repeat();
    }
    try {
      time.sleep(delay);
      return progress.begins(Deadline.current());
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(retry.name(), error == null ? interrupt : error);
    }
  }
}
