// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A window of consecutive failures. A success ends the streak. A success costs one atomic add. */
final class ConsecutiveFailures implements FailureWindow {
  private static final VarHandle RECORDED =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "recorded",
          VarHandle.class,
          ConsecutiveFailures.class,
          long.class);
  private static final VarHandle STREAK =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "streak", VarHandle.class, ConsecutiveFailures.class, long.class);

  private final int max;
  private volatile long recorded;
  private volatile long streak;

  ConsecutiveFailures(int max) {
    this.max = max;
  }

  @Override
  public boolean record(long nowNanos, boolean failed, boolean slow) {
    RECORDED.getAndAdd(this, 1L);
    if (failed) {
      return (long) STREAK.getAndAdd(this, 1L) + 1 >= max;
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
