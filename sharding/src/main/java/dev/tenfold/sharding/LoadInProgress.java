// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A load that runs on the thread that created this object, and the threads that wait for its end.
 */
final class LoadInProgress {
  private final Thread thread = Thread.currentThread();
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
  private boolean succeeded; // written before ended, read after it
  private volatile boolean ended;

  boolean isOfThisThread() {
    return thread.equals(Thread.currentThread());
  }

  /** Ends the load and wakes all threads that wait for it. */
  void end(boolean success) {
    succeeded = success;
    ended = true;
    waiting.forEach(LockSupport::unpark);
  }

  /** Returns whether the load succeeded. Must be called after its end. */
  boolean succeeded() {
    return succeeded;
  }

  /**
   * Waits for the end of the load. A thread that gives up leaves nothing behind, because a load can
   * hang for ever.
   *
   * @return false if the caller's Deadline ended before the load
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
          LockSupport.park(this); // no Deadline, so no clock is needed
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
