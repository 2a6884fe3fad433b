// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.atomic.AtomicLong;

/** Consecutive failures; one success ends the streak. Successes write only if there is a streak. */
final class FailureStreak implements FailureWindow {
  private final AtomicLong streak = new AtomicLong();
  private final int most;

  FailureStreak(int most) {
    this.most = most;
  }

  @Override
  public boolean record(long nowNanos, boolean failed, boolean slow) {
    if (failed) {
      return streak.incrementAndGet() >= most;
    }
    if (streak.get() != 0) {
      streak.set(0);
    }
    return false;
  }

  @Override
  public long calls(long nowNanos) {
    return streak.get();
  }

  @Override
  public long failures(long nowNanos) {
    return streak.get();
  }

  @Override
  public long slowCalls(long nowNanos) {
    return 0;
  }
}
