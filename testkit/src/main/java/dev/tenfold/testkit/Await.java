// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Waits until something outside this process has become true: a standby has caught up, a server
 * refuses connections. It is the only place that looks again and again; everything that happens
 * inside the process is waited for with latches and virtual time.
 *
 * <pre>{@code
 * Await.until("the standby has row 7", Duration.ofSeconds(10), () -> count(standby, 7) == 1);
 * }</pre>
 *
 * <p>Looks at once, then at growing distances of 1 to 20 ms. A condition that throws an exception
 * is not true yet; the last exception becomes the cause of the failure. An {@link Error} is thrown
 * on at once. A single look is never interrupted, so the wait can overrun by the length of one
 * look.
 *
 * <p>Thread-safe. Blocks the calling thread.
 */
public final class Await {
  private static final long FIRST_PAUSE_NANOS = 1_000_000;
  private static final long LONGEST_PAUSE_NANOS = 20_000_000;

  private Await() {}

  /**
   * Waits on the system's clock.
   *
   * @param what the condition in words, for the failure message
   * @param within the longest wait, zero or more; zero looks once
   * @param condition what must become true
   * @throws AssertionError if it does not become true in time, or the thread is interrupted (its
   *     flag is set again)
   * @throws IllegalArgumentException if {@code within} is negative
   */
  public static void until(String what, Duration within, Callable<Boolean> condition) {
    until(TimeSource.system(), what, within, condition);
  }

  /**
   * Waits on the given clock.
   *
   * @param time the clock to read and to sleep on
   * @param what the condition in words, for the failure message
   * @param within the longest wait, zero or more; zero looks once
   * @param condition what must become true
   * @throws AssertionError if it does not become true in time, or the thread is interrupted (its
   *     flag is set again)
   * @throws IllegalArgumentException if {@code within} is negative
   */
  public static void until(
      TimeSource time, String what, Duration within, Callable<Boolean> condition) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(condition, "condition");
    if (within.isNegative()) {
      throw new IllegalArgumentException("within " + within + " is negative; the least is 0");
    }
    long withinNanos = TimeUnit.NANOSECONDS.convert(within); // 292 years at most
    long began = time.nanoTime();
    long pause = FIRST_PAUSE_NANOS;
    for (int looks = 1; ; looks++) {
      Exception notYet = null;
      try {
        if (condition.call()) {
          return;
        }
      } catch (InterruptedException e) {
        throw interrupted(what, e);
      } catch (Exception e) {
        notYet = e;
      }
      long left = withinNanos - (time.nanoTime() - began);
      if (left <= 0) {
        throw new AssertionError(
            "not within " + within + " (" + looks + " looks): " + what, notYet);
      }
      try {
        time.sleep(Math.min(pause, left));
      } catch (InterruptedException e) {
        throw interrupted(what, e);
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
    }
  }

  private static AssertionError interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted while waiting for: " + what, cause);
  }
}
