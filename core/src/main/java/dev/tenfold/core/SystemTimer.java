// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one daemon timer thread of the process, started at its first use. It only ever hands over to
 * an executor, and a cancelled entry leaves the queue at once, so what it retains is proportional
 * to what is pending.
 */
final class SystemTimer {
  private SystemTimer() {}

  /** Schedules a hand-over. */
  static Cancel schedule(long delayNanos, Runnable handOver) {
    var entry = new Entry(handOver);
    var future = Lazy.EXECUTOR.schedule(entry, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    return () -> {
      // The future alone would let a task cancel itself while it is being handed over.
      boolean prevented = entry.take() != null;
      if (prevented) {
        future.cancel(false);
      }
      return prevented;
    };
  }

  /** Prevents a hand-over; true if this call was the one that did. */
  interface Cancel {
    boolean cancel();
  }

  /** Whoever takes the hand-over first decides: the timer thread or a cancellation. */
  private static final class Entry extends AtomicReference<@Nullable Runnable> implements Runnable {
    private static final long serialVersionUID = 1L;

    Entry(Runnable handOver) {
      super(handOver);
    }

    @Nullable Runnable take() {
      return getAndSet(null);
    }

    @Override
    public void run() {
      Runnable handOver = take();
      if (handOver == null) {
        return;
      }
      try {
        handOver.run();
      } catch (Throwable failure) {
        // A failed future would swallow it.
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
      }
    }
  }

  private static final class Lazy {
    static final ScheduledThreadPoolExecutor EXECUTOR = start();

    private static ScheduledThreadPoolExecutor start() {
      var executor =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                // The thread outlives whoever needed it first: it takes over none of their context.
                Thread thread = new Thread(null, task, "tenfold-timer", 0, false);
                thread.setContextClassLoader(null);
                thread.setDaemon(true);
                return thread;
              });
      executor.setRemoveOnCancelPolicy(true);
      return executor;
    }
  }
}
