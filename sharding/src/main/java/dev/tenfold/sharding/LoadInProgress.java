// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A load under way on the thread that made this, and those who wait for its end. */
final class LoadInProgress {
  private final Thread thread = Thread.currentThread();
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
  private boolean good; // written before ended, read after it
  private volatile boolean ended;

  boolean isOfThisThread() {
    return thread.equals(Thread.currentThread());
  }

  /** Ends the load, well or not. */
  void end(boolean well) {
    good = well;
    ended = true;
    waiting.forEach(LockSupport::unpark);
  }

  /** Whether it ended well. */
  boolean good() {
    return good;
  }

  /**
   * Waits for the end. Whoever gives up leaves nothing behind, as a load may hang for ever.
   *
   * @return false if the caller's Deadline came first
   */
  boolean await(TimeSource time) throws InterruptedException {
    Thread waiter = Thread.currentThread();
    waiting.add(waiter);
    try {
      while (!ended) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long left = Deadline.clipNanos(Long.MAX_VALUE);
        if (left <= 0) {
          return false;
        }
        if (left == Long.MAX_VALUE) {
          LockSupport.park(this); // no Deadline: no clock has a say
        } else {
          time.parkNanos(this, left);
        }
      }
      return true;
    } finally {
      waiting.remove(waiter);
    }
  }

  int waiting() {
    return waiting.size();
  }
}
