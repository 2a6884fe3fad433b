// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * Why no permit is lost: how many permits are taken and how many calls wait stand in one word, so all
 * changes of both have one order. A call that joins adds itself to the word and then looks for a free
 * permit; a call that releases takes one off and sees in the same step whether anybody waits. If the
 * release came first, the joining call finds its permit; if the joining came first, the releasing call
 * sees it and hands out.
 * Why the limit is exact: while anybody waits, only the holder of the lock takes permits, since a newcomer's
 * compare-and-set succeeds only on a word that says nobody waits.
 */
/**
 * A number of permits, and a bounded line of calls that wait for one, first come, first served.
 * Knows no time: who gives up says so. {@link #tryTake} and {@link #release} are one atomic
 * operation each while nobody waits; waiters take a short lock, never held while one is woken.
 */
@SuppressWarnings({"unused", "UnusedVariable"}) // the padding
final class Permits {
  private static final long ONE_WAITING = 1L << 32;
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Permits.class, "word", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  // Longs are laid out in the order they stand here, so the word has its cache line to itself.
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14;

  /** Who waits in the upper half, permits taken in the lower. */
  private volatile long word;

  private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14;

  private final int limit;
  private final int maxWaiters;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Waiter> line = new ArrayDeque<>(1); // guarded by lock

  /** Set while this thread hands out: a release inside leaves its permit to the loop it is in. */
  private final ThreadLocal<Boolean> handingOut = new ThreadLocal<>();

  Permits(int limit, int maxWaiters) {
    this.limit = limit;
    this.maxWaiters = maxWaiters;
  }

  /** Takes a permit if one is free and nobody waits for it. */
  boolean tryTake() {
    // Guessing that nobody is in is as good as looking first: looking costs what a wrong guess
    // does.
    long expected = 0;
    while (expected < limit) {
      long found = (long) WORD.compareAndExchange(this, expected, expected + 1);
      if (found == expected) {
        return true;
      }
      expected = found;
    }
    return false;
  }

  /** Gives a permit back, and on to whoever waits. */
  void release() {
    long before = (long) WORD.getAndAdd(this, -1L);
    if (before >= ONE_WAITING && handingOut.get() == null) {
      handOut();
    }
  }

  /**
   * Joins the line. The waiter may be granted before this returns.
   *
   * @return false if the line is full
   */
  boolean join(Waiter waiter) {
    lock.lock();
    try {
      if (!waiter.waiting()) {
        return true; // it gave up before it joined
      }
      if (line.size() >= maxWaiters) {
        return false;
      }
      line.add(waiter);
      WORD.getAndAdd(this, ONE_WAITING);
    } finally {
      lock.unlock();
    }
    handOut(); // a permit may have come free before the joining
    return true;
  }

  /** Takes a waiter that gave up out of the line. */
  void withdraw(Waiter waiter) {
    lock.lock();
    try {
      if (line.remove(waiter)) {
        WORD.getAndAdd(this, -ONE_WAITING);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives free permits to waiters, in order, and wakes each outside the lock. */
  private void handOut() {
    boolean outermost = handingOut.get() == null;
    handingOut.set(true);
    try {
      for (Waiter next = grantNext(); next != null; next = grantNext()) {
        wake(next);
      }
    } finally {
      if (outermost) {
        handingOut.remove();
      }
    }
  }

  private void wake(Waiter granted) {
    boolean woken = false;
    try {
      granted.granted();
      woken = true;
    } finally {
      if (!woken) {
        handOut(); // the others must not wait for the next release
      }
    }
  }

  private @Nullable Waiter grantNext() {
    lock.lock();
    try {
      while (!line.isEmpty() && taken() < limit) {
        Waiter next = line.remove();
        WORD.getAndAdd(this, 1L); // before the grant: it may release at once
        if (next.grant()) {
          WORD.getAndAdd(this, -ONE_WAITING);
          return next;
        }
        WORD.getAndAdd(this, -ONE_WAITING - 1); // it has given up: the permit is for the next
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many permits are taken. */
  int taken() {
    return (int) word;
  }

  /** Returns how many calls wait. */
  int waiting() {
    return (int) (word >>> 32);
  }

  int limit() {
    return limit;
  }

  /** One call in the line: granted or abandoned, whichever comes first. */
  abstract static class Waiter {
    private static final int WAITING = 0;
    private static final int GRANTED = 1;
    private static final int ABANDONED = 2;

    private final AtomicInteger state = new AtomicInteger(WAITING);

    final boolean waiting() {
      return state.get() == WAITING;
    }

    private boolean grant() {
      return state.compareAndSet(WAITING, GRANTED);
    }

    /** Returns false if a permit was granted before: it is the waiter's to use or release. */
    final boolean abandon() {
      return state.compareAndSet(WAITING, ABANDONED);
    }

    /** Whether a permit was granted. */
    final boolean held() {
      return state.get() == GRANTED;
    }

    /** Wakes the call. Called once, after the grant, without the lock. */
    abstract void granted();
  }
}
