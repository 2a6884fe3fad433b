// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Consecutive failures; one success ends the streak. A success is one add unless there is one. */
final class ConsecutiveFailures implements FailureWindow {
  private static final VarHandle RECORDED;
  private static final VarHandle STREAK;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      RECORDED = lookup.findVarHandle(ConsecutiveFailures.class, "recorded", long.class);
      STREAK = lookup.findVarHandle(ConsecutiveFailures.class, "streak", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final int most;
  private volatile long recorded;
  private volatile long streak;

  ConsecutiveFailures(int most) {
    this.most = most;
  }

  @Override
  public boolean record(long nowNanos, boolean failed, boolean slow) {
    RECORDED.getAndAdd(this, 1L);
    if (failed) {
      return (long) STREAK.getAndAdd(this, 1L) + 1 >= most;
    }
    if (streak != 0) {
      streak = 0;
    }
    return false;
  }

  @Override
  public long recorded() {
    return recorded;
  }

  @Override
  public long calls(long nowNanos) {
    return streak;
  }

  @Override
  public long failures(long nowNanos) {
    return streak;
  }

  @Override
  public long slowCalls(long nowNanos) {
    return 0;
  }
}
