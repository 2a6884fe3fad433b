// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.resilience.contract.FailureWindowContract;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

  /** The contract, to be applied by hand: not a nested test. */
  private static final class Applied extends FailureWindowContract {
    private final LongFunction<FailureWindow> windows;

    Applied(LongFunction<FailureWindow> windows) {
      this.windows = windows;
    }

    @Override
    protected FailureWindow window(long nowNanos) {
      return windows.apply(nowNanos);
    }

    List<String> broken() throws ReflectiveOperationException {
      List<String> broken = new ArrayList<>();
      for (Method check : FailureWindowContract.class.getDeclaredMethods()) {
        if (check.isAnnotationPresent(Test.class)) {
          check.setAccessible(true);
          try {
            check.invoke(this);
          } catch (InvocationTargetException failed) {
            assertThat(failed.getCause()).isInstanceOf(AssertionError.class);
            broken.add(check.getName());
          }
        }
      }
      return broken;
    }
  }

  static Stream<Arguments> mutants() {
    SlowStreak shared = new SlowStreak();
    return Stream.of(
        mutant("shares its memory", now -> shared, "window_twoOfThem_knowNothingOfEachOther"),
        mutant(
            "never opens",
            now ->
                new SlowStreak() {
                  @Override
                  public boolean record(long nowNanos, boolean failed, boolean slow) {
                    super.record(nowNanos, failed, slow);
                    return false;
                  }
                },
            "record_onlyBadResults_opensInTheEnd"),
        mutant(
            "opens by a success",
            now ->
                new SlowStreak() {
                  @Override
                  public boolean record(long nowNanos, boolean failed, boolean slow) {
                    return super.record(nowNanos, failed, slow) || recorded() == 2_000;
                  }
                },
            "record_onlySuccesses_neverOpens"),
        mutant(
            "counts what it remembers",
            now ->
                new SlowStreak() {
                  @Override
                  public long recorded() {
                    return streak.get();
                  }
                },
            "recorded_anyHistory_countsEveryResultAndForgetsNone"),
        mutant(
            "forgets when read",
            now ->
                new SlowStreak() {
                  @Override
                  public long calls(long nowNanos) {
                    return streak.getAndSet(0);
                  }
                },
            "counts_read_changeNothing"),
        mutant(
            "looks at a time it did not ask for",
            now ->
                new SlowStreak() {
                  @Override
                  public boolean record(long nowNanos, boolean failed, boolean slow) {
                    return super.record(nowNanos, failed, slow || nowNanos < 0);
                  }
                },
            "record_timeNotAskedFor_isNotLookedAt"),
        mutant(
            "remembers failures without their calls",
            now ->
                new SlowStreak() {
                  @Override
                  public long failures(long nowNanos) {
                    return recorded();
                  }
                },
            "counts_anyHistory_stayWithinTheCalls"),
        mutant(
            "makes an object per result",
            now ->
                new SlowStreak() {
                  volatile Object last = "";

                  @Override
                  public boolean record(long nowNanos, boolean failed, boolean slow) {
                    last = new long[] {nowNanos};
                    return super.record(nowNanos, failed, slow);
                  }
                },
            "record_warm_allocatesNothing"),
        mutant(
            "asks for what it cannot have",
            now ->
                new SlowStreak() {
                  @Override
                  public int needs() {
                    return Gate.DURATION;
                  }
                },
            "needs_always_isConstantAndNothingButTheTimeAtExit"));
  }

  private static Arguments mutant(String name, LongFunction<FailureWindow> windows, String check) {
    return Arguments.of(name, windows, check);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void contract_brokenWindow_isFoundOut(
      String name, LongFunction<FailureWindow> windows, String check) throws Exception {
    assertThat(new Applied(windows).broken()).as(name).contains(check);
  }

  @Test
  void contract_soundWindow_passes() throws Exception {
    assertThat(new Applied(now -> new SlowStreak()).broken()).isEmpty();
  }
}
