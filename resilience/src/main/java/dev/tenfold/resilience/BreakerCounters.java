// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of a breaker's state machine, since the breaker was built. A success of a closed
 * breaker writes none of them: the window counts results anyway.
 */
final class BreakerCounters {
  private static final VarHandle UNWINDOWED = counter("unwindowed");
  private static final VarHandle FAILURES = counter("failures");
  private static final VarHandle SLOW = counter("slow");
  private static final VarHandle REFUSED = counter("refused");
  private static final VarHandle OPENED = counter("opened");
  private static final VarHandle WOULD_OPEN = counter("wouldOpen");
  private static final VarHandle LATE = counter("late");

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

  private static VarHandle counter(String field) {
    return ConstantBootstraps.fieldVarHandle(
        MethodHandles.lookup(), field, VarHandle.class, BreakerCounters.class, long.class);
  }
}
