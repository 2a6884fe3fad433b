// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.resilience.contract.FailureWindowContract;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;

/** The windows of this module and one that an outsider might write keep the contract. */
class FailureWindowContractsTest {
  private static final Threshold THRESHOLD = new Threshold(0.5, 0.8, 20);
  private static final long WINDOW_NANOS = 30_000_000_000L;

  @Nested
  class ByTime extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new TimeWindow(THRESHOLD, nowNanos, WINDOW_NANOS);
    }
  }

  @Nested
  class ByTimeWithoutSlowCalls extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new TimeWindow(new Threshold(0.5, 2, 20), nowNanos, WINDOW_NANOS);
    }
  }

  @Nested
  class ByCount extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new CountWindow(THRESHOLD, 100);
    }
  }

  @Nested
  class InARow extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new ConsecutiveFailures(5);
    }
  }

  @Nested
  class SlowInARow extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak();
    }
  }

  /** The example of the SPI's javadoc: five slow calls in a row, whatever they answered. */
  static class SlowStreak implements FailureWindow {
    final AtomicLong recorded = new AtomicLong();
    final AtomicLong streak = new AtomicLong();

    @Override
    public boolean record(long nowNanos, boolean failed, boolean slow) {
      recorded.incrementAndGet();
      if (slow) {
        return streak.incrementAndGet() >= 5;
      }
      streak.set(0);
      return false;
    }

    @Override
    public long recorded() {
      return recorded.get();
    }

    @Override
    public long calls(long nowNanos) {
      return streak.get();
    }

    @Override
    public long failures(long nowNanos) {
      return 0;
    }

    @Override
    public long slowCalls(long nowNanos) {
      return streak.get();
    }
  }
}
