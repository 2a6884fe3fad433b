// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A time source whose clock moves only when a test moves it. Tenfold publishes it so that you can
 * test your timeouts and backoffs without waiting.
 *
 * <pre>{@code
 * var time = new ManualTimeSource();
 * var fired = new AtomicBoolean();
 * time.schedule(1_000, Runnable::run, () -> fired.set(true));
 * time.advance(Duration.ofNanos(1_000));      // fired is true now
 * }</pre>
 *
 * <p>In a test with one thread no other thread can advance. {@link #autoAdvancing()} returns a
 * source that moves whenever a thread sleeps or parks, so that waiting takes no time.
 *
 * <p><b>Guarantees.</b>
 *
 * <ul>
 *   <li>{@link #advance} moves the clock from one due time to the next. Timers fire in the order of
 *       their due times, ties in the order of scheduling. Each timer sees the clock at its own due
 *       time, and is handed to its executor on the thread that advances. Threads that sleep or park
 *       are woken the same way. A task may schedule again; a timer that is due within the same
 *       advance fires in it.
 *   <li>There is no timer thread. User code that follows a timer ({@link #handOver}) runs on the
 *       thread that advances, right after the code of the timer.
 *   <li>If a task or an executor throws, all other timers still fire and the clock moves to the
 *       end. Then {@code advance} throws the first failure, with the others suppressed in it.
 * </ul>
 *
 * <p><b>No guarantees.</b> A task must not wait for another thread that advances, or that sleeps or
 * parks in an auto-advancing source: that thread waits for the end of the advance that runs the
 * task.
 *
 * <p>Thread-safe. One {@code advance} runs at a time, others wait for it. An {@code advance} from
 * within a task throws an {@link IllegalStateException}; a sleep or park in an auto-advancing
 * source does not.
 */
public final class ManualTimeSource implements TimeSource {
  private final ReentrantLock advancing = new ReentrantLock();
  private final ManualTimers timers = new ManualTimers();
  private final boolean autoAdvance;
  private final Executor userCode = this::runUserCode;
  private boolean firing; // guarded by advancing

  /** Creates a source that stands at 0 and moves only by {@link #advance}. */
  public ManualTimeSource() {
    this(false);
  }

  private ManualTimeSource(boolean autoAdvance) {
    this.autoAdvance = autoAdvance;
  }

  /**
   * Returns a source that also moves by itself: {@link #sleep} and {@link #parkNanos} advance the
   * clock by the time that they would wait, and return.
   *
   * @return a source that stands at 0
   */
  public static ManualTimeSource autoAdvancing() {
    return new ManualTimeSource(true);
  }

  @Override
  public long nanoTime() {
    return timers.nanoTime();
  }

  /**
   * Moves the clock forward and fires the timers that are due on the way.
   *
   * @param duration the time to move by, 0 or more
   * @throws IllegalArgumentException if the duration is negative, or if the clock would pass {@link
   *     Long#MAX_VALUE}
   * @throws IllegalStateException if called from within a task that this source hands over
   * @throws RuntimeException the failure of the first task or executor that threw; all other timers
   *     have fired
   */
  public void advance(Duration duration) {
    long now = nanoTime();
    Duration max = Duration.ofNanos(Long.MAX_VALUE - now);
    Checks.range(Duration.ZERO, max, "advance from " + now + " ns", duration);
    if (advancing.isHeldByCurrentThread()) {
      throw new IllegalStateException("advance() from within a task of the same time source");
    }
    advancing.lock();
    try {
      advanceTo(ManualTimers.saturatedAdd(nanoTime(), duration.toNanos()));
    } finally {
      advancing.unlock();
    }
  }

  private void advanceTo(long until) {
    Throwable failure = null;
    advancing.lock();
    try {
      for (ManualTimers.Entry next = timers.pollDue(until);
          next != null;
          next = timers.pollDue(until)) {
        failure = fire(next, failure);
      }
    } finally {
      advancing.unlock();
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Hands a timer to its executor; returns the first failure so far, if any. */
  private @Nullable Throwable fire(ManualTimers.Entry timer, @Nullable Throwable before) {
    boolean outer = firing;
    firing = true;
    try {
      timer.executor.execute(timer.task);
      return before;
    } catch (RuntimeException | Error failure) {
      if (before == null) {
        return failure;
      }
      if (!before.equals(failure)) { // an exception cannot suppress itself
        before.addSuppressed(failure);
      }
      return before;
    } finally {
      firing = outer;
    }
  }

  /**
   * Returns an executor that runs tasks on the calling thread: in a test, user code that follows a
   * timer has run when {@link #advance} returns.
   */
  @Override
  public Executor handOver() {
    return userCode;
  }

  private void runUserCode(Runnable task) {
    if (!onTimer()) {
      task.run();
      return;
    }
    firing = false;
    try {
      task.run();
    } finally {
      firing = true;
    }
  }

  /** Returns whether the calling thread fires a timer, and does not run user code that follows. */
  @Override
  public boolean onTimer() {
    return advancing.isHeldByCurrentThread() && firing;
  }

  @Override
  public void sleep(long sleepNanos) throws InterruptedException {
    long until = ManualTimers.saturatedAdd(nanoTime(), sleepNanos);
    while (nanoTime() < until && !Thread.currentThread().isInterrupted()) {
      parkUntil(this, until);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void parkNanos(Object blocker, long parkNanos) {
    if (parkNanos > 0) {
      parkUntil(blocker, ManualTimers.saturatedAdd(nanoTime(), parkNanos));
    }
  }

  private void parkUntil(Object blocker, long until) {
    if (Thread.currentThread().isInterrupted()) {
      return;
    }
    if (autoAdvance) {
      advanceTo(until);
      return;
    }
    ManualTimers.Entry wake = timers.addWaiter(until);
    if (wake != null) {
      try {
        LockSupport.park(blocker);
      } finally {
        wake.cancel();
      }
    }
  }

  @Override
  public Timer schedule(long delayNanos, Executor executor, Runnable task) {
    return timers.schedule(
        delayNanos,
        Objects.requireNonNull(executor, "executor"),
        Objects.requireNonNull(task, "task"));
  }

  @Override
  public Timer scheduleAt(long dueNanos, Executor executor, Runnable task) {
    return timers.scheduleAt(
        dueNanos,
        Objects.requireNonNull(executor, "executor"),
        Objects.requireNonNull(task, "task"));
  }

  /**
   * Returns the number of timers, sleeps and parks that wait for the clock.
   *
   * @return the number of entries that would fire if the clock moved far enough
   */
  public int pending() {
    return timers.pending();
  }

  /**
   * Blocks until a number of threads sleep or park in this source, so that a test can advance after
   * their arrival. A thread that {@link #advance} has woken does not count, even if it has not run
   * yet: to wait for it again means to wait for its next sleep.
   *
   * @param count the least number of threads
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   */
  public void awaitWaiters(int count) throws InterruptedException {
    timers.awaitWaiters(count);
  }

  @Override
  public String toString() {
    return "ManualTimeSource[" + nanoTime() + " ns]";
  }
}
