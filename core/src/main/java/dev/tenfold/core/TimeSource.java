// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/**
 * A monotonic clock and the ways to wait for it: sleep, park, and timers. All code of Tenfold
 * waits, measures and expires through a time source, so that a test can control the time with
 * {@link ManualTimeSource}.
 *
 * <pre>{@code
 * TimeSource time = TimeSource.system();
 * long began = time.nanoTime();
 * TimeSource.Timer timer = time.schedule(Duration.ofSeconds(1).toNanos(), executor, task);
 * timer.cancel();
 * }</pre>
 *
 * <p>One thread hands over all timers of the process. Code that blocks on it delays all timers. A
 * task that is short, never blocks and runs no user code may use the executor {@code
 * Runnable::run}: then it runs on the timer thread, on time whatever other threads do. Such a task
 * gives user code to {@link #handOver}. All of Tenfold does so: the timer thread runs no user code,
 * not even the {@code execute} of a user's executor.
 *
 * <p><b>Guarantees.</b> Of an implementation: it is thread-safe, readings do not fall, and a timer
 * is never early.
 *
 * <p><b>No guarantees.</b> A timer may be late. Compare readings only with readings of the same
 * source, by subtraction, because they may overflow. Readings are not the time of day, which {@link
 * java.time.InstantSource} is for.
 */
public interface TimeSource {

  /**
   * Returns the time source of the JDK: its clock, sleep and park, and one daemon timer thread that
   * is started at the first {@link #schedule}.
   *
   * @return the time source, a constant
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
   * @param nanos the time; 0 or less returns at once, after a check for interruption
   * @throws InterruptedException if the thread is interrupted before or while it sleeps
   */
  void sleep(long nanos) throws InterruptedException;

  /**
   * Parks the calling thread until it is unparked or interrupted, or until the time has passed. May
   * return spuriously, as {@link LockSupport#parkNanos(Object, long)}: call it in a loop.
   *
   * @param blocker the object that the thread waits for, shown in thread dumps
   * @param nanos the longest wait; 0 or less returns at once
   */
  void parkNanos(Object blocker, long nanos);

  /**
   * Hands a task to an executor after a delay. If the executor refuses the task or throws, the task
   * is lost, the failure goes to the uncaught-exception handler of the timer thread, and no other
   * timer is affected.
   *
   * <p>The timer of the {@linkplain #system() system} is optimized for timeouts that do not fire.
   * Scheduling and cancelling take one atomic operation each, without a lock, and 32 bytes
   * together. A timer may be late by half a millisecond, or by more if many thousand timers are
   * pending or if executors are slow to accept tasks. Of two timers scheduled one after the other,
   * with due times in the future, the one that is due earlier is handed over first. Timers that are
   * due at the same nanosecond, such as those scheduled between two ticks of a coarse clock, have
   * no order.
   *
   * @param delayNanos the delay from now; 0 or less means as soon as possible
   * @param executor the executor that runs the task
   * @param task the task
   * @return the pending timer
   */
  Timer schedule(long delayNanos, Executor executor, Runnable task);

  /**
   * Hands a task to an executor when {@link #nanoTime} has reached a reading, as {@link #schedule}
   * does. A caller that has just read the clock need not read it again. The default implementation
   * schedules the difference from the current reading.
   *
   * @param dueNanos a reading of this source, at most 2<sup>62</sup> ns (146 years) from now; a
   *     reading in the past means as soon as possible
   * @param executor the executor that runs the task
   * @param task the task
   * @return the pending timer
   */
  default Timer scheduleAt(long dueNanos, Executor executor, Runnable task) {
    return schedule(dueNanos - nanoTime(), executor, task);
  }

  /**
   * Returns the executor for user code that follows a timer. It accepts a task without blocking,
   * and does not run the task on the timer thread. The default implementation returns {@link
   * HandOver#shared}.
   *
   * @return the same executor every time
   */
  default Executor handOver() {
    return HandOver.shared();
  }

  /**
   * Returns whether the calling thread is the timer thread. Code that may run on the timer thread
   * or on another one asks this, and on the timer thread gives user code to {@link #handOver}. The
   * default implementation recognizes the timer thread of the {@linkplain #system() system}.
   *
   * @return true on the timer thread
   */
  default boolean onTimer() {
    return SystemTimer.INSTANCE.isCurrentThread();
  }

  /**
   * A pending timer, made by {@link #schedule} or {@link #scheduleAt}.
   *
   * <p><b>Guarantees.</b> Of an implementation: it is thread-safe, and a task whose {@link #cancel}
   * returned true does not run.
   *
   * <p><b>No guarantees.</b> A task that was handed over cannot be cancelled here.
   */
  interface Timer {

    /**
     * Cancels the timer if its task has not been handed over. The timer drops the task, and the
     * source drops the timer, at once: a cancelled timer takes no memory until its due time.
     *
     * @return true if this call cancelled the timer; false if the task was handed over, or the
     *     timer cancelled, before
     */
    boolean cancel();
  }

  /** The time source that {@link TimeSource#system()} returns. Not for use by name. */
  final class SystemTime implements TimeSource {
    private static final SystemTime INSTANCE = new SystemTime();

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
      long nanos = Math.max(0, Math.min(Checks.MAX_NANOS, delayNanos));
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

    /** The timer and its entry in the table in one object. */
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
