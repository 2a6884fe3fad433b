// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
 * <p><b>No timer is missed.</b> Who schedules (1) puts the entry into the table and (2) reads
 * {@link #wakeNanos}, which it lowers if the entry is due before. The thread (a) raises {@code
 * wakeNanos}, (b) reads the table, and (c) lowers {@code wakeNanos} to the first due time it saw;
 * nobody else raises it. All of these are volatile, so they have one order that all agree on. If
 * (1) comes before (b), the thread sees the entry. If not, (2) comes after (a), so it finds a time
 * that no later round has raised yet: one at or before the entry's, at which the thread reads the
 * table again, or a later one, which it lowers. The thread is unparked after every lowering and
 * reads {@code wakeNanos} after every parking, so it never sleeps longer than the lowest.
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
  static final SystemTimer INSTANCE = new SystemTimer();

  /** How far ahead the thread sleeps if nothing is pending: half the range, as good as for ever. */
  private static final long FAR = Long.MAX_VALUE / 2;

  private static final long REST_NANOS = 500_000;

  /**
   * When the thread will read the table, at the latest. Raised by the thread only, if there is one.
   */
  private final AtomicLong wakeNanos = new AtomicLong(System.nanoTime() + FAR);

  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
  private final TimerSlots slots = new TimerSlots();

  private SystemTimer() {}

  /** Schedules a hand-over. */
  void add(TimerSlots.Entry entry) {
    slots.add(entry);
    if (lower(entry.dueNanos)) {
      wake(entry);
    }
  }

  private void wake(TimerSlots.Entry entry) {
    Thread sleeping = thread.get();
    if (sleeping != null) {
      LockSupport.unpark(sleeping);
      return;
    }
    // The thread outlives whoever needed it first: it takes over none of their context.
    Thread first = new Thread(null, this, "tenfold-timer", 0, false);
    first.setContextClassLoader(null);
    first.setDaemon(true);
    if (!thread.compareAndSet(null, first)) {
      return; // whoever is about to start it has it read wakeNanos
    }
    try {
      first.start();
    } catch (Throwable failure) { // of the system, for want of threads: the next one tries again
      cancel(entry);
      thread.set(null);
      wakeNanos.set(System.nanoTime() + FAR);
      throw failure;
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
    List<TimerSlots.Entry> due = new ArrayList<>();
    lower(System.nanoTime()); // for entries of those who met a start that failed
    for (long rested = System.nanoTime(); ; ) {
      long now = System.nanoTime();
      long left = Math.max(wakeNanos.get() - now, rested - now);
      if (left > 0) {
        LockSupport.parkNanos(this, left);
        Thread.interrupted(); // of a task that ran here; a set flag would keep it from parking
      } else {
        rested = round(now, due);
      }
    }
  }

  /** Reads the table and hands over what is due; returns when to do so again at the earliest. */
  private long round(long nowNanos, List<TimerSlots.Entry> due) {
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
