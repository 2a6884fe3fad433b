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
 * The one timer of the process: a table of pending hand-overs and a daemon thread, started at the
 * first use, that sleeps until the first of them is due. Scheduling and cancelling touch the table
 * only; the thread is woken when a timer is due before all others, with equal timeouts about once
 * per timeout. It only ever hands over to an executor.
 *
 * <p><b>No timer is missed.</b> Who schedules (1) puts the entry into the table, (2) looks whether
 * there is a thread, and (3) reads {@link #wakeNanos}, which it lowers if the entry is due before.
 * The thread says that it is there and then, again and again, (a) raises {@code wakeNanos}, (b)
 * reads the table, and (c) lowers {@code wakeNanos} to the first due time it saw; nobody else
 * raises it. All of these are volatile, so they have one order that all agree on. If (1) comes
 * before (b), the thread sees the entry. If not, (3) comes after (a), so it finds a time that no
 * later round has raised yet: one at or before the entry's, at which the thread reads the table
 * again, or a later one, which it lowers. The thread is unparked after every lowering and reads
 * {@code wakeNanos} after every parking, so it never sleeps longer than the lowest.
 *
 * <p>Who finds no thread at (2) starts one. Of several that are started so, the first to say that
 * it is there stays; it does so after (2) and hence after (1), so it sees the entry. If the system
 * has no thread to give, the entry is taken out again and nothing else changes: no entry depends on
 * the start of another, and the next to schedule finds no thread either.
 *
 * <p><b>Order.</b> A round hands over what was due when it began, in the order of due times; ties
 * are in no order. A timer that it missed was put in after it began; one that is scheduled after
 * that and is not past already is not due in this round either. So of two timers scheduled one
 * after the other, the one due earlier is handed over first.
 *
 * <p><b>Lateness.</b> A round costs time proportional to the table. Afterwards the thread rests for
 * half a millisecond plus nine times as long as it searched: searching takes at most a tenth of one
 * core, and a timer is late by at most that rest, two searches and the hand-overs before it. If
 * nothing fell due recently it is late by one search.
 */
final class SystemTimer implements Runnable {
  static final SystemTimer INSTANCE = new SystemTimer(work -> newThread("tenfold-timer", work));

  /** How far ahead the thread sleeps if nothing is pending: half the range, as good as for ever. */
  private static final long FAR = Long.MAX_VALUE / 2;

  private static final long REST_NANOS = 500_000;

  /** When the thread will read the table, at the latest. Raised by the thread only. */
  private final AtomicLong wakeNanos = new AtomicLong(System.nanoTime());

  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
  private final TimerSlots slots = new TimerSlots();
  private final List<TimerSlots.Entry> due = new ArrayList<>(); // the thread's own
  private final ThreadFactory threads;

  SystemTimer(ThreadFactory threads) {
    this.threads = threads;
  }

  /**
   * Creates a thread that keeps alive nothing of the one that happens to need it first, which it
   * outlives: neither thread group, thread-locals nor context class loader, and none of the class
   * loaders whose code is on the stack, which JDK 17 stores in a thread that is created without
   * privilege. Its context class loader is the system's, as in the common pool, and not null:
   * threads that an executor creates when it is handed a task inherit it.
   */
  @SuppressWarnings("removal") // to be dropped with JDK 17, together with what it is needed for
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
   * Schedules a hand-over.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the table is full
   * @throws OutOfMemoryError if there is no thread yet and the system has none to give
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
    } catch (Throwable failure) { // of the system, for want of threads
      if (cancel(entry)) {
        throw failure;
      } // else somebody else's thread has handed it over
    }
  }

  /** Prevents a hand-over; true if this call was the one that did. */
  boolean cancel(TimerSlots.Entry entry) {
    boolean prevented = slots.remove(entry);
    if (prevented) {
      entry.forget();
    }
    return prevented;
  }

  /** Whether the calling thread is the timer's. */
  boolean isCurrentThread() {
    return thread.get() == Thread.currentThread();
  }

  /** Counts the pending hand-overs. */
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
        Thread.interrupted(); // of a task that ran here; a set flag would keep it from parking
      } else {
        rested = round(now);
      }
    }
  }

  /** Reads the table and hands over what is due; returns when to do so again at the earliest. */
  private long round(long nowNanos) {
    long searched = nowNanos;
    try {
      wakeNanos.set(nowNanos + FAR);
      lower(nowNanos + Math.min(FAR, slots.search(nowNanos, due)));
      searched = System.nanoTime();
      due.sort(Comparator.comparingLong(entry -> entry.dueNanos - nowNanos));
      due.forEach(this::handOver);
    } catch (Throwable failure) { // of the heap: whatever is left is found by the next round
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
      // As the JDK does: there is nobody left to tell, and the other timers must not suffer.
    }
  }
}
