// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one daemon timer thread of the process, started at its first use. It only ever hands over to
 * an executor, and a cancelled entry leaves the queue at once, so what it retains is proportional
 * to what is pending.
 */
final class SystemTimer {
  private SystemTimer() {}

  /**
   * Schedules a hand-over.
   *
   * @return cancels it; true if this call was the one that prevented it
   */
  static Cancel schedule(long delayNanos, Runnable handOver) {
    var pending =
        Lazy.EXECUTOR.schedule(
            () -> {
              try {
                handOver.run();
              } catch (Throwable failure) {
                // A failed future would swallow it.
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
              }
            },
            Math.max(0, delayNanos),
            TimeUnit.NANOSECONDS);
    return () -> pending.cancel(false);
  }

  /** Cancels a pending hand-over. */
  interface Cancel {
    boolean cancel();
  }

  private static final class Lazy {
    static final ScheduledThreadPoolExecutor EXECUTOR = start();

    private static ScheduledThreadPoolExecutor start() {
      var executor =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                Thread thread = new Thread(task, "tenfold-timer");
                thread.setDaemon(true);
                return thread;
              });
      executor.setRemoveOnCancelPolicy(true);
      return executor;
    }
  }
}
