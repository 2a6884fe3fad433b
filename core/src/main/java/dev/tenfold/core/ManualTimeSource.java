// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it. Ships with the library so that users can test their
 * own timeouts and backoffs without waiting.
 *
 * <pre>{@code
 * var time = new ManualTimeSource();
 * var fired = new AtomicBoolean();
 * time.schedule(1_000, Runnable::run, () -> fired.set(true));
 * time.advance(Duration.ofNanos(1_000));      // fired is true now
 * }</pre>
 *
 * <p>{@link #advance} moves the clock from one due time to the next, in order, ties in the order of
 * scheduling; each timer sees the clock at exactly its own due time and is handed to its executor
 * on the thread that advances. Sleeping and parked threads are woken the same way. A task may
 * schedule again; what falls due within the same advance still fires in it.
 *
 * <p>There is no timer thread: what would be handed over from it to other threads ({@link
 * #handOver}) runs on the thread that advances, right after what is the timer's own.
 *
 * <p>In a test with one thread nobody else can advance: {@link #autoAdvancing()} moves the clock
 * whenever a thread sleeps or parks, so that waiting takes no time.
 *
 * <p>A task or executor that throws keeps nothing else from firing: the clock moves all the way,
 * then {@code advance} throws the first failure, with the others suppressed in it.
 *
 * <p>Thread-safe; one {@code advance} at a time, others wait for it. An {@code advance} from within
 * a task is an {@link IllegalStateException}; a sleep or park of an auto-advancing source is not. A
 * task must not wait for another thread that advances, or that sleeps or parks in an auto-advancing
 * source: that thread waits for the advance that hands the task over.
 */
public final class ManualTimeSource implements TimeSource {
  private final ReentrantLock advancing = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition waitersChanged = lock.newCondition();
  private final PriorityQueue<Entry> due =
      new PriorityQueue<>(
          Comparator.<Entry>comparingLong(e -> e.dueNanos).thenComparingLong(e -> e.order));
  private final boolean autoAdvance;
  private final Executor userCode = this::runUserCode;

  private volatile long nanos;
  private boolean firing; // guarded by advancing
  private long order; // guarded by lock
  private int waiters; // guarded by lock

  /** Creates a source that stands at 0 and moves only by {@link #advance}. */
  public ManualTimeSource() {
    this(false);
  }

  private ManualTimeSource(boolean autoAdvance) {
    this.autoAdvance = autoAdvance;
  }

  /**
   * Creates a source that also moves by itself: {@link #sleep} and {@link #parkNanos} advance the
   * clock to the end of the time they were asked to wait and return.
   *
   * @return a source that stands at 0
   */
  public static ManualTimeSource autoAdvancing() {
    return new ManualTimeSource(true);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  /**
   * Moves the clock forward and fires everything that falls due on the way.
   *
   * @param duration how far; not negative
   * @throws IllegalArgumentException if the duration is negative or the clock would pass {@link
   *     Long#MAX_VALUE}
   * @throws IllegalStateException if called from within a task that this source is handing over
   * @throws RuntimeException what the first task or executor that failed threw; everything else has
   *     fired by then
   */
  public void advance(Duration duration) {
    if (duration.isNegative() || duration.compareTo(Duration.ofNanos(Long.MAX_VALUE - nanos)) > 0) {
      throw new IllegalArgumentException(
          "cannot advance by "
              + duration
              + " from "
              + nanos
              + " ns: the clock only rises, up to "
              + Long.MAX_VALUE
              + " ns");
    }
    if (advancing.isHeldByCurrentThread()) {
      throw new IllegalStateException("advance() from within a task of the same time source");
    }
    advancing.lock();
    try {
      advanceTo(saturatedAdd(nanos, duration.toNanos()));
    } finally {
      advancing.unlock();
    }
  }

  private void advanceTo(long until) {
    Throwable failure = null;
    advancing.lock();
    try {
      for (Entry next = pollDue(until); next != null; next = pollDue(until)) {
        failure = handOver(next, failure);
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

  /** Hands an entry over; returns the first failure so far, if any. */
  private @Nullable Throwable handOver(Entry entry, @Nullable Throwable before) {
    boolean outer = firing;
    firing = true;
    try {
      entry.executor.execute(entry.task);
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

  /** Returns whether the calling thread hands a timer over, and not user code that follows it. */
  @Override
  public boolean onTimer() {
    return advancing.isHeldByCurrentThread() && firing;
  }

  /** Takes the next entry due by then and moves the clock to it, or to {@code until} if none is. */
  private @Nullable Entry pollDue(long until) {
    lock.lock();
    try {
      Entry next = due.peek();
      if (next == null || next.dueNanos > until) {
        nanos = Math.max(nanos, until);
        return null;
      }
      due.remove();
      next.leave();
      nanos = Math.max(nanos, next.dueNanos);
      return next;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sleep(long sleepNanos) throws InterruptedException {
    long until = saturatedAdd(nanos, sleepNanos);
    while (nanos < until && !Thread.currentThread().isInterrupted()) {
      parkUntil(this, until);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void parkNanos(Object blocker, long parkNanos) {
    if (parkNanos > 0) {
      parkUntil(blocker, saturatedAdd(nanos, parkNanos));
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
    Entry wake = addWaiter(until);
    if (wake != null) {
      try {
        LockSupport.park(blocker);
      } finally {
        wake.cancel();
      }
    }
  }

  /** Adds what will unpark the calling thread, unless the clock has reached the reading already. */
  private @Nullable Entry addWaiter(long until) {
    Thread thread = Thread.currentThread();
    lockWithoutParking(); // else an advance in between would be missed
    try {
      return nanos < until
          ? add(until - nanos, Runnable::run, () -> LockSupport.unpark(thread), true)
          : null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the lock by spinning. A thread that waited for the lock parked could use up the permit of
   * an unpark that its caller waits for.
   */
  @SuppressWarnings("ThreadPriorityCheck") // gives the processor to the owner of the lock
  private void lockWithoutParking() {
    while (!lock.tryLock()) {
      Thread.yield();
    }
  }

  @Override
  public Timer schedule(long delayNanos, Executor executor, Runnable task) {
    return add(
        delayNanos,
        Objects.requireNonNull(executor, "executor"),
        Objects.requireNonNull(task, "task"),
        false);
  }

  @Override
  public Timer scheduleAt(long dueNanos, Executor executor, Runnable task) {
    lock.lock(); // else an advance in between would put the due time off
    try {
      return schedule(dueNanos - nanos, executor, task);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how many timers, sleeps and parks are waiting for the clock.
   *
   * @return the number of entries that would fire if the clock moved far enough
   */
  public int pending() {
    lock.lock();
    try {
      return due.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Blocks until at least this many threads sleep or park in this source, so that a test knows they
   * have arrived before it advances. A thread that {@link #advance} has woken does not count, even
   * if it has not run yet: waiting for it again means waiting for its next sleep.
   *
   * @param count how many threads
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   */
  public void awaitWaiters(int count) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiters < count) {
        waitersChanged.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private Entry add(long delayNanos, Executor executor, Runnable task, boolean waiter) {
    lock.lock();
    try {
      Entry entry = new Entry(saturatedAdd(nanos, delayNanos), order++, executor, task, waiter);
      due.add(entry);
      waiters += waiter ? 1 : 0;
      waitersChanged.signalAll();
      return entry;
    } finally {
      lock.unlock();
    }
  }

  private static long saturatedAdd(long base, long delayNanos) {
    long sum = base + Math.max(0, delayNanos);
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  @Override
  public String toString() {
    return "ManualTimeSource[" + nanos + " ns]";
  }

  private final class Entry implements Timer {
    final long dueNanos;
    final long order;
    final Executor executor;
    final Runnable task;
    final boolean waiter;
    boolean pending = true; // guarded by lock

    Entry(long dueNanos, long order, Executor executor, Runnable task, boolean waiter) {
      this.dueNanos = dueNanos;
      this.order = order;
      this.executor = executor;
      this.task = task;
      this.waiter = waiter;
    }

    /** Under the lock. A thread stops counting as a waiter when it is woken, not when it runs. */
    void leave() {
      pending = false;
      waiters -= waiter ? 1 : 0;
    }

    @Override
    public boolean cancel() {
      lock.lock();
      try {
        if (!pending) {
          return false;
        }
        leave();
        return due.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
