// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import dev.tenfold.core.Checks;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Waits for a condition outside of this process: a standby has caught up, a server refuses
 * connections. It is the only polling in Tenfold's tests. For conditions inside the process use
 * latches and virtual time.
 *
 * <pre>{@code
 * Await.until("the standby has row 7", Duration.ofSeconds(10), () -> count(standby, 7) == 1);
 * }</pre>
 *
 * <p><b>Guarantees.</b> The condition is checked at once, then after pauses of 1 ms that double up
 * to 20 ms, and once more at the end of the wait. A condition that throws an exception is not true
 * yet; the last exception is the cause of the failure. An {@link Error} of the condition is thrown
 * at once.
 *
 * <p><b>No guarantees.</b> A check that runs is not stopped, so the wait may be longer by one
 * check.
 *
 * <p>Thread-safe. Blocks the calling thread.
 */
public final class Await {
  private static final long MIN_PAUSE_NANOS = 1_000_000;
  private static final long MAX_PAUSE_NANOS = 20_000_000;

  private Await() {}

  /**
   * Waits on the system's clock.
   *
   * @param what the condition in words, for the message of the failure
   * @param within the longest wait, 0 or more; 0 checks once
   * @param condition the condition
   * @throws AssertionError if the condition does not become true in time, or if the thread is
   *     interrupted (its interrupt flag is set again)
   * @throws IllegalArgumentException if {@code within} is negative
   */
  public static void until(String what, Duration within, Callable<Boolean> condition) {
    until(TimeSource.system(), what, within, condition);
  }

  /**
   * Waits on the given clock.
   *
   * @param time the clock to read and to sleep by
   * @param what the condition in words, for the message of the failure
   * @param within the longest wait, 0 or more; 0 checks once
   * @param condition the condition
   * @throws AssertionError if the condition does not become true in time, or if the thread is
   *     interrupted (its interrupt flag is set again)
   * @throws IllegalArgumentException if {@code within} is negative
   */
  public static void until(
      TimeSource time, String what, Duration within, Callable<Boolean> condition) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(condition, "condition");
    Checks.atLeast(Duration.ZERO, "within", within);
    long withinNanos = TimeUnit.NANOSECONDS.convert(within); // saturates at 292 years
    long began = time.nanoTime();
    long pause = MIN_PAUSE_NANOS;
    for (int checks = 1; ; checks++) {
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
            "not true within " + within + ", by " + checks + " checks: " + what, notYet);
      }
      try {
        time.sleep(Math.min(pause, left));
      } catch (InterruptedException e) {
        throw interrupted(what, e);
      }
      pause = Math.min(pause * 2, MAX_PAUSE_NANOS);
    }
  }

  private static AssertionError interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted while waiting for: " + what, cause);
  }
}
