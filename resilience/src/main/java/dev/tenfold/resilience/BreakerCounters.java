// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of a breaker's state machine, since the breaker was built. A success of a closed
 * breaker writes none of them: the window counts results anyway.
 */
final class BreakerCounters {
  private static final VarHandle UNWINDOWED;
  private static final VarHandle FAILURES;
  private static final VarHandle SLOW;
  private static final VarHandle REFUSED;
  private static final VarHandle OPENED;
  private static final VarHandle WOULD_OPEN;
  private static final VarHandle LATE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      UNWINDOWED = lookup.findVarHandle(BreakerCounters.class, "unwindowed", long.class);
      FAILURES = lookup.findVarHandle(BreakerCounters.class, "failures", long.class);
      SLOW = lookup.findVarHandle(BreakerCounters.class, "slow", long.class);
      REFUSED = lookup.findVarHandle(BreakerCounters.class, "refused", long.class);
      OPENED = lookup.findVarHandle(BreakerCounters.class, "opened", long.class);
      WOULD_OPEN = lookup.findVarHandle(BreakerCounters.class, "wouldOpen", long.class);
      LATE = lookup.findVarHandle(BreakerCounters.class, "late", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile long unwindowed;
  private volatile long failures;
  private volatile long slow;
  private volatile long refused;
  private volatile long opened;
  private volatile long wouldOpen;
  private volatile long late;

  /** Counts a result that no window took. */
  void countUnwindowed() {
    UNWINDOWED.getAndAdd(this, 1L);
  }

  /** Counts what was wrong with a result: a failure, a slow call, both or nothing. */
  void countResult(boolean failed, boolean tooLong) {
    if (failed) {
      FAILURES.getAndAdd(this, 1L);
    }
    if (tooLong) {
      SLOW.getAndAdd(this, 1L);
    }
  }

  void countRefused() {
    REFUSED.getAndAdd(this, 1L);
  }

  void countOpened() {
    OPENED.getAndAdd(this, 1L);
  }

  void countWouldOpen() {
    WOULD_OPEN.getAndAdd(this, 1L);
  }

  /** Counts a result that came after the episode of its call. */
  void countLate() {
    LATE.getAndAdd(this, 1L);
  }

  long unwindowed() {
    return unwindowed;
  }

  long failures() {
    return failures;
  }

  long slow() {
    return slow;
  }

  long refused() {
    return refused;
  }

  long opened() {
    return opened;
  }

  long wouldOpen() {
    return wouldOpen;
  }

  long late() {
    return late;
  }
}
