// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import org.jspecify.annotations.Nullable;

/** Runs blocking calls through a plan. Stateless: each call keeps its state on its stack. */
final class SyncCall {
  private SyncCall() {}

  static <T extends @Nullable Object, X extends Exception> T run(
      Plan plan, CheckedSupplier<T, X> supplier) throws X {
    if (plan.retry == null) {
      return once(plan.inner, null, supplier);
    }
    if (plan.outer == null) {
      return repeated(plan, plan.retry, null, supplier);
    }
    SyncAttempt outside = SyncAttempt.enter(plan.outer, null);
    T value;
    try {
      value = repeated(plan, plan.retry, outside, supplier);
    } catch (Throwable error) {
      CallTimeoutException timeout = outside.leave(null, error);
      if (timeout != null) {
        throw timeout;
      }
      throw error;
    }
    CallTimeoutException timeout = outside.leave(value, null);
    if (timeout != null) {
      throw timeout;
    }
    return value;
  }

  private static <T extends @Nullable Object, X extends Exception> T once(
      Segment segment, @Nullable SyncAttempt outside, CheckedSupplier<T, X> supplier) throws X {
    SyncAttempt attempt = SyncAttempt.enter(segment, outside);
    T value;
    try {
      value = supplier.get();
    } catch (Throwable error) {
      CallTimeoutException timeout = attempt.leave(null, error);
      if (timeout != null) {
        throw timeout;
      }
      throw error;
    }
    CallTimeoutException timeout = attempt.leave(value, null);
    if (timeout != null) {
      throw timeout;
    }
    return value;
  }

  @SuppressWarnings("NullAway") // the value is null only if the supplier returned null
  private static <T extends @Nullable Object, X extends Exception> T repeated(
      Plan plan, Retry retry, @Nullable SyncAttempt outside, CheckedSupplier<T, X> supplier)
      throws X {
    retry.began();
    RetryProgress progress = null;
    while (true) {
      T value = null;
      Exception error = null;
      try {
        value = once(plan.inner, outside, supplier);
      } catch (Exception thrown) {
        error = thrown;
      }
      if (retry.repeats(value, error)) {
        progress = progress == null ? new RetryProgress(retry) : progress;
        if (waited(retry, progress, outside, error)) {
          continue;
        }
      }
      if (error != null) {
        throw Endings.<X>rethrown(error);
      }
      return value;
    }
  }

  /** Waits for the next attempt; false if there is to be none. */
  private static boolean waited(
      Retry retry,
      RetryProgress progress,
      @Nullable SyncAttempt outside,
      @Nullable Exception error) {
    if (outside != null && outside.fired()) {
      return false;
    }
    long delay = progress.next(error, Deadline.current());
    if (delay == RetryProgress.STOP) {
      return false;
    }
    try {
      retry.timeSource().sleep(delay);
      return !progress.late(Deadline.current());
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(retry.name(), error == null ? interrupt : error);
    }
  }
}
