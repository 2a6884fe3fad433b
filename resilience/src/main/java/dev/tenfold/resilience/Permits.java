// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * Why no permit is lost. The number of taken permits and the number of waiting calls are one word, so all changes of
 * both have one order. A call that joins the queue adds itself to the word, and then looks for a free permit. A call
 * that releases a permit subtracts it from the word, and sees in the same step whether a call waits. If the release
 * comes first, the joining call finds the permit. If the joining comes first, the releasing call sees it and grants.
 *
 * Why the limit is exact. While a call waits, only the holder of the lock takes permits: the compare-and-set of a new
 * call succeeds only on a word without waiting calls. No release raises the limit for good: tryRelease subtracts by a
 * compare-and-set, and only from a taken permit. A surplus tryRelease can take the permit of another holder; the
 * release of that holder then finds none, and takes its subtraction back.
 */
/**
 * The permits of a bulkhead and a bounded queue of calls that wait for one, first come, first
 * served. The queue knows no time: a call that gives up withdraws. {@link #tryTake}, {@link
 * #release} and {@link #tryRelease} are one atomic operation each while no call waits. Waiting
 * calls take a short lock, which is never held while a call is woken. The waiting calls are those
 * of {@link Bulkhead#waited} and of {@link AsyncAttempt}.
 */
@SuppressWarnings({"unused", "UnusedVariable"}) // the padding
final class Permits {
  private static final long ONE_WAITING = 1L << 32;
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "word", VarHandle.class, Permits.class, long.class);

  // Padding. The JVM lays out longs in the order of declaration, so the word shares its cache line
  // with no other field that is written.
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14;

  /** The number of waiting calls in the upper half, the number of taken permits in the lower. */
  private volatile long word;

  private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14;

  private final int limit;
  private final int maxWaiters;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Waiter> queue = new ArrayDeque<>(1); // guarded by lock

  /**
   * Set while this thread grants permits. A release inside a grant leaves its permit to the loop
   * that grants.
   */
  private final ThreadLocal<Boolean> granting = new ThreadLocal<>();

  Permits(int limit, int maxWaiters) {
    this.limit = limit;
    this.maxWaiters = maxWaiters;
  }

  /** Takes a permit if one is free and no call waits. Returns whether it did. */
  boolean tryTake() {
    // The first guess is that no permit is taken. A wrong guess costs as much as a read before it.
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

  /** Gives a permit back that the caller has. Grants it to the first waiting call. */
  void release() {
    long before = (long) WORD.getAndAdd(this, -1L);
    if ((int) before <= 0) {
      WORD.getAndAdd(this, 1L); // a surplus tryRelease took the permit before
    }
    released(before);
  }

  /**
   * Gives a permit back, if one is taken. Grants it to the first waiting call.
   *
   * @return whether a permit was taken
   */
  boolean tryRelease() {
    // The first guess is that one permit is taken, and no call waits.
    long expected = 1;
    while ((int) expected > 0) {
      long found = (long) WORD.compareAndExchange(this, expected, expected - 1);
      if (found == expected) {
        released(found);
        return true;
      }
      expected = found;
    }
    return false;
  }

  private void released(long before) {
    if (before >= ONE_WAITING && granting.get() == null) {
      grantAll();
    }
  }

  /**
   * Joins the queue. The waiter may be granted a permit before this method returns.
   *
   * @return false if the queue is full
   */
  boolean join(Waiter waiter) {
    lock.lock();
    try {
      if (!waiter.waiting()) {
        return true; // the waiter gave up before it joined
      }
      if (queue.size() >= maxWaiters) {
        return false;
      }
      queue.add(waiter);
      WORD.getAndAdd(this, ONE_WAITING);
    } finally {
      lock.unlock();
    }
    grantAll(); // a permit may have been released before the waiter joined
    return true;
  }

  /** Removes a waiter that gave up from the queue. */
  void withdraw(Waiter waiter) {
    lock.lock();
    try {
      if (queue.remove(waiter)) {
        WORD.getAndAdd(this, -ONE_WAITING);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Grants free permits to waiters in order, and wakes each waiter outside the lock. */
  private void grantAll() {
    boolean outermost = granting.get() == null;
    granting.set(true);
    try {
      for (Waiter next = grantNext(); next != null; next = grantNext()) {
        wake(next);
      }
    } finally {
      if (outermost) {
        granting.remove();
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
        grantAll(); // the other waiters must not wait for the next release
      }
    }
  }

  private @Nullable Waiter grantNext() {
    lock.lock();
    try {
      while (!queue.isEmpty() && taken() < limit) {
        Waiter next = queue.remove();
        WORD.getAndAdd(this, 1L); // before the grant: the waiter may release at once
        if (next.grant()) {
          WORD.getAndAdd(this, -ONE_WAITING);
          return next;
        }
        WORD.getAndAdd(this, -ONE_WAITING - 1); // the waiter gave up: the permit is for the next
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of taken permits. */
  int taken() {
    return (int) word;
  }

  /** Returns the number of waiting calls. */
  int waiting() {
    return (int) (word >>> 32);
  }

  int limit() {
    return limit;
  }

  /** One call in the queue: granted or abandoned, whichever comes first. */
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

    /** Gives up. Returns false if a permit was granted before: the waiter uses or releases it. */
    final boolean abandon() {
      return state.compareAndSet(WAITING, ABANDONED);
    }

    /** Returns whether a permit was granted. */
    final boolean held() {
      return state.get() == GRANTED;
    }

    /** Wakes the call. Called once, after the grant, outside the lock. */
    abstract void granted();
  }
}
