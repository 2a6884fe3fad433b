// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The clock of a {@link ManualTimeSource} and the entries that wait for it: timers, and threads
 * that sleep or park. One lock guards both, so that no entry misses a move of the clock.
 */
final class ManualTimers {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition waitersChanged = lock.newCondition();
  private final PriorityQueue<Entry> due =
      new PriorityQueue<>(
          Comparator.<Entry>comparingLong(e -> e.dueNanos).thenComparingLong(e -> e.order));

  private volatile long nanos; // written under the lock
  private long order; // guarded by lock
  private int waiters; // guarded by lock

  long nanoTime() {
    return nanos;
  }

  Entry schedule(long delayNanos, Executor executor, Runnable task) {
    return add(delayNanos, executor, task, false);
  }

  Entry scheduleAt(long dueNanos, Executor executor, Runnable task) {
    lock.lock(); // else a move of the clock in between would delay the entry
    try {
      return schedule(dueNanos - nanos, executor, task);
    } finally {
      lock.unlock();
    }
  }

  /** Adds an entry that unparks the calling thread, unless the clock has reached the reading. */
  @Nullable Entry addWaiter(long until) {
    Thread thread = Thread.currentThread();
    lockWithoutParking(); // else a move of the clock in between would be missed
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

  /**
   * Removes the next entry due by a reading and moves the clock to it; to the reading if none is.
   */
  @Nullable Entry pollDue(long until) {
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

  int pending() {
    lock.lock();
    try {
      return due.size();
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until at least this many threads sleep or park. */
  void awaitWaiters(int count) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiters < count) {
        waitersChanged.await();
      }
    } finally {
      lock.unlock();
    }
  }

  static long saturatedAdd(long base, long delayNanos) {
    long sum = base + Math.max(0, delayNanos);
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** A timer, or a thread that waits for the clock. */
  final class Entry implements TimeSource.Timer {
    final Executor executor;
    final Runnable task;
    private final long dueNanos;
    private final long order;
    private final boolean waiter;
    private boolean pending = true; // guarded by lock

    private Entry(long dueNanos, long order, Executor executor, Runnable task, boolean waiter) {
      this.dueNanos = dueNanos;
      this.order = order;
      this.executor = executor;
      this.task = task;
      this.waiter = waiter;
    }

    /** Under the lock. A thread stops counting as a waiter when it is woken, not when it runs. */
    private void leave() {
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
