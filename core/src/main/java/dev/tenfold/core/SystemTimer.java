// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The timer of the process: a table of pending timers, and a daemon thread that sleeps until the
 * first of them is due. The thread is started at the first use. Scheduling and cancelling change
 * only the table. The thread is woken if a new timer is due before all others; if all timeouts are
 * equal, this happens about once per timeout. The thread only hands tasks to executors.
 *
 * <p><b>No timer is missed.</b> A scheduling thread (1) puts the entry into the table, (2) reads
 * the timer thread, and (3) reads {@link #wakeNanos}, and lowers it if the entry is due earlier.
 * The timer thread publishes itself. Then, in each round, it (a) raises {@code wakeNanos}, (b)
 * reads the table, and (c) lowers {@code wakeNanos} to the first due time that it read. Only the
 * timer thread raises it. All of these accesses are volatile, so they have one total order. If (1)
 * is before (b), the timer thread sees the entry. If not, (3) is after (a) and reads a value that
 * no later round has raised yet. Either the value is not later than the entry's due time: then the
 * timer thread reads the table again in time. Or the value is later: then the scheduling thread
 * lowers it. The timer thread is unparked after every lowering and reads {@code wakeNanos} after
 * every park, so it never sleeps longer than the lowest value.
 *
 * <p>A scheduling thread that finds no timer thread at (2) starts one. If several are started, the
 * first that publishes itself stays. It does so after (2), and therefore after (1), so it sees the
 * entry. If the system has no thread, the entry is removed again and nothing else changes: no entry
 * depends on the start for another one, and the next scheduling thread finds no timer thread
 * either.
 *
 * <p><b>Order.</b> A round hands over the timers that were due when it began, in the order of their
 * due times; ties have no order. If a round misses a timer, the timer was added after the round
 * began. A timer that is scheduled later still, with a due time in the future, is not due in this
 * round either. So of two timers scheduled one after the other, the one that is due earlier is
 * handed over first.
 *
 * <p><b>Lateness.</b> A round takes time proportional to the table. After it the thread rests for
 * half a millisecond plus nine times the duration of the search. So searching takes at most a tenth
 * of one core, and a timer is late by at most that rest, two searches and the hand-overs before it.
 * If no timer was due recently, a timer is late by one search.
 */
final class SystemTimer implements Runnable {
  static final SystemTimer INSTANCE = new SystemTimer(work -> newThread("tenfold-timer", work));

  /** The longest sleep of the thread, if no timer is pending. */
  private static final long MAX_SLEEP_NANOS = Checks.MAX_NANOS;

  private static final long REST_NANOS = 500_000;

  /** The latest time at which the thread reads the table again. Only the thread raises it. */
  private final AtomicLong wakeNanos = new AtomicLong(System.nanoTime());

  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
  private final TimerSlots slots = new TimerSlots();
  private final List<TimerSlots.Entry> due = new ArrayList<>(); // used by the thread only
  private final ThreadFactory threads;

  SystemTimer(ThreadFactory threads) {
    this.threads = threads;
  }

  /**
   * Returns a new thread that keeps nothing of the calling thread reachable: neither its thread
   * group, its thread-locals and its context class loader, nor the class loaders of the code on its
   * stack, which JDK 17 stores in a thread that is created without privilege. Its context class
   * loader is the system's, as in the common pool, and not null: threads that an executor creates
   * when it gets a task inherit it.
   */
  @SuppressWarnings("removal") // not needed after JDK 17
  static Thread newThread(String name, Runnable work) {
    PrivilegedAction<Thread> creation =
        () -> {
          Thread created = new Thread(rootGroup(), work, name, 0, false);
          created.setContextClassLoader(ClassLoader.getSystemClassLoader());
          created.setDaemon(true);
          return created;
        };
    return AccessController.doPrivileged(creation);
  }

  private static ThreadGroup rootGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    for (ThreadGroup next = group; next != null; next = next.getParent()) {
      group = next;
    }
    return group;
  }

  /**
   * Schedules a timer.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the table is full
   * @throws OutOfMemoryError if there is no thread yet and the system cannot start one
   */
  void add(TimerSlots.Entry entry) {
    slots.add(entry);
    Thread sleeping = thread.get();
    if (sleeping == null) {
      start(entry);
    } else if (lower(entry.dueNanos)) {
      LockSupport.unpark(sleeping);
    }
  }

  private void start(TimerSlots.Entry entry) {
    try {
      threads.newThread(this).start();
    } catch (Throwable failure) { // the system cannot start a thread
      if (cancel(entry)) {
        throw failure;
      } // else another timer thread has handed the task over
    }
  }

  /** Cancels a timer; returns true if this call cancelled it. */
  boolean cancel(TimerSlots.Entry entry) {
    boolean prevented = slots.remove(entry);
    if (prevented) {
      entry.forget();
    }
    return prevented;
  }

  /** Returns whether the calling thread is the timer thread. */
  @SuppressWarnings("ReferenceEquality") // a thread is the timer's or it is not
  boolean isCurrentThread() {
    return Thread.currentThread().equals(thread.get());
  }

  /** Returns the number of pending timers. */
  int pending() {
    return slots.count();
  }

  private boolean lower(long dueNanos) {
    for (long wake = wakeNanos.get(); dueNanos - wake < 0; wake = wakeNanos.get()) {
      if (wakeNanos.compareAndSet(wake, dueNanos)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void run() {
    if (!thread.compareAndSet(null, Thread.currentThread())) {
      return;
    }
    for (long rested = System.nanoTime(); ; ) {
      long now = System.nanoTime();
      long left = Math.max(wakeNanos.get() - now, rested - now);
      if (left > 0) {
        LockSupport.parkNanos(this, left);
        Thread.interrupted(); // set by a task that ran here: it would keep the thread from parking
      } else {
        rested = round(now);
      }
    }
  }

  /** Hands over the timers that are due; returns the earliest time of the next round. */
  private long round(long nowNanos) {
    long searched = nowNanos;
    try {
      wakeNanos.set(nowNanos + MAX_SLEEP_NANOS);
      lower(nowNanos + Math.min(MAX_SLEEP_NANOS, slots.search(nowNanos, due)));
      searched = System.nanoTime();
      due.sort(Comparator.comparingLong(entry -> entry.dueNanos - nowNanos));
      due.forEach(this::handOver);
    } catch (Throwable failure) { // no memory: the next round finds the timers that are left
      lower(nowNanos);
      report(failure);
    } finally {
      due.clear();
    }
    return searched + REST_NANOS + 9 * (searched - nowNanos);
  }

  private void handOver(TimerSlots.Entry entry) {
    if (slots.remove(entry)) {
      try {
        entry.handOver();
      } catch (Throwable failure) {
        report(failure);
      }
    }
  }

  private void report(Throwable failure) {
    Thread timer = Thread.currentThread();
    try {
      timer.getUncaughtExceptionHandler().uncaughtException(timer, failure);
    } catch (Throwable ignored) {
      // As in the JDK: a handler that throws must not stop the other timers.
    }
  }
}
