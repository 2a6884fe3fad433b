// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/**
 * Monotonic time and the four ways to wait for it. Everything in Tenfold that waits, measures or
 * expires does so through a time source, so that a test can own the time.
 *
 * <pre>{@code
 * TimeSource time = TimeSource.system();
 * long began = time.nanoTime();
 * TimeSource.Timer timer = time.schedule(Duration.ofSeconds(1).toNanos(), executor, task);
 * timer.cancel();
 * }</pre>
 *
 * <p>One thread hands over all timers of the process, so that code which blocks there delays
 * everybody. A task that is short, never blocks and runs no code of users may ask for {@code
 * Runnable::run} and so be on time whatever other threads do; it gives user code to {@link
 * #handOver}. All of Tenfold does so: the timer runs no user code, not even the {@code execute} of
 * a user's executor.
 *
 * <p>Readings of one source may be compared with each other only, by subtraction (they may
 * overflow), and say nothing about the time of day: that is what {@link java.time.InstantSource} is
 * for.
 *
 * <p>Thread-safe.
 */
public interface TimeSource {

  /**
   * Returns the JDK's clock, sleep, park, and one daemon timer thread that is started at the first
   * {@link #schedule}.
   *
   * @return the one system time source
   */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }

  /**
   * Returns the current reading.
   *
   * @return nanoseconds since an arbitrary origin, monotonic
   */
  long nanoTime();

  /**
   * Blocks the calling thread for the given time.
   *
   * @param nanos how long; zero or less returns at once, after a check for interruption
   * @throws InterruptedException if the thread is interrupted before or while it sleeps
   */
  void sleep(long nanos) throws InterruptedException;

  /**
   * Parks the calling thread until it is unparked or interrupted, or the time has passed, or for no
   * reason at all, as {@link LockSupport#parkNanos(Object, long)} does. Callers loop.
   *
   * @param blocker what the thread waits for, shown in thread dumps
   * @param nanos the longest wait; zero or less returns at once
   */
  void parkNanos(Object blocker, long nanos);

  /**
   * Hands {@code task} to {@code executor} once the time has passed. The timer itself never runs
   * the task. An executor that refuses or throws loses the task; the failure goes to the timer
   * thread's uncaught-exception handler and no other timer suffers.
   *
   * <p>The {@linkplain #system() system's} timer is made for timeouts that do not fire: scheduling
   * and cancelling is one atomic operation each, without a lock, and 32 bytes together. A timer may
   * be late by half a millisecond, or by more if many thousand are pending or executors are slow to
   * take over. Of two that were scheduled one after the other, neither of them past already, the
   * one that is due earlier is handed over first. Those due at the same nanosecond, as those
   * scheduled between two ticks of a coarse clock are, keep no order.
   *
   * @param delayNanos how long from now; zero or less means as soon as possible
   * @param executor runs the task
   * @param task what to run
   * @return the pending timer
   */
  Timer schedule(long delayNanos, Executor executor, Runnable task);

  /**
   * Hands {@code task} to {@code executor} once {@link #nanoTime} has reached a reading, as {@link
   * #schedule} does. For callers who have just read the clock and need not read it again. Unless a
   * source overrides this, it schedules the difference from the present reading.
   *
   * @param dueNanos a reading of this source at most 2<sup>62</sup> ns (146 years) from now; the
   *     past means as soon as possible
   * @param executor runs the task
   * @param task what to run
   * @return the pending timer
   */
  default Timer scheduleAt(long dueNanos, Executor executor, Runnable task) {
    return schedule(dueNanos - nanoTime(), executor, task);
  }

  /**
   * Returns the executor for user code that follows a timer. It takes a task without blocking and
   * without running it on the timer. Unless a source overrides this, it is {@link HandOver#shared}.
   *
   * @return the same executor every time
   */
  default Executor handOver() {
    return HandOver.shared();
  }

  /**
   * Returns whether the calling thread is the one that hands over timers, so that user code is to
   * be given to {@link #handOver}. For code that may be reached from a timer and from elsewhere.
   * Unless a source overrides this, it tells the timer thread of the {@linkplain #system() system}.
   *
   * @return true on the timer
   */
  default boolean onTimer() {
    return SystemTimer.INSTANCE.isCurrentThread();
  }

  /** A pending {@link #schedule} or {@link #scheduleAt}. */
  interface Timer {

    /**
     * Prevents the hand-over if it has not happened yet. The timer forgets the task and its source
     * forgets the timer at once, so that cancelled timers hold no memory however far off they were.
     *
     * @return true if this call prevented it; false if the task was handed over or cancelled before
     */
    boolean cancel();
  }

  /** The JDK's own time. There is one instance, {@link TimeSource#system()}. */
  final class SystemTime implements TimeSource {
    private static final SystemTime INSTANCE = new SystemTime();

    /** Half the range, so that any two due times can be compared. */
    private static final long FARTHEST = Long.MAX_VALUE / 2;

    private SystemTime() {}

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
      if (nanos <= 0) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        return;
      }
      // Thread.sleep(millis, nanos) of JDK 17 rounds to milliseconds; a park loop does not.
      long until = System.nanoTime() + nanos;
      for (long left = nanos; left > 0; left = until - System.nanoTime()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        LockSupport.parkNanos(this, left);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
      LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    public Timer schedule(long delayNanos, Executor executor, Runnable task) {
      long nanos = Math.max(0, Math.min(FARTHEST, delayNanos));
      return scheduleAt(System.nanoTime() + nanos, executor, task);
    }

    @Override
    public Timer scheduleAt(long dueNanos, Executor executor, Runnable task) {
      Pending timer =
          new Pending(
              dueNanos,
              Objects.requireNonNull(executor, "executor"),
              Objects.requireNonNull(task, "task"));
      SystemTimer.INSTANCE.add(timer);
      return timer;
    }

    @Override
    public String toString() {
      return "TimeSource.system()";
    }

    /** The entry is the timer, so that a timer costs one object. */
    private static final class Pending extends TimerSlots.Entry implements Timer {
      Pending(long dueNanos, Executor executor, Runnable task) {
        super(dueNanos, executor, task);
      }

      @Override
      public boolean cancel() {
        return SystemTimer.INSTANCE.cancel(this);
      }
    }
  }
}
