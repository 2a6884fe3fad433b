// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.resilience.FailureWindowContractsTest.SlowStreak;
import dev.tenfold.resilience.contract.FailureWindowContract;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong windows, each of which the contract finds by the duty that it breaks. */
class FailureWindowContractMutantsTest {

  static Stream<Class<?>> mutants() {
    return Mutants.in(FailureWindowContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongWindow_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(test = "window_twoOfThem_knowNothingOfEachOther", duty = "windows share nothing")
  static class SharesItsMemory extends FailureWindowContract {
    private final FailureWindow shared = new SlowStreak();

    @Override
    protected FailureWindow window(long nowNanos) {
      return shared;
    }
  }

  @Breaks(
      test = "record_onlyBadResults_opensInTheEnd",
      duty = "1000 bad results in a row open the breaker")
  static class NeverOpens extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public boolean record(long nowNanos, boolean failed, boolean slow) {
          super.record(nowNanos, failed, slow);
          return false;
        }
      };
    }
  }

  @Breaks(
      test = "record_onlyBadResults_opensInTheEnd",
      duty = "a window that opens the breaker counts the bad results that made it")
  static class ForgetsWhy extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public boolean record(long nowNanos, boolean failed, boolean slow) {
          boolean open = super.record(nowNanos, failed, slow);
          if (open) {
            streak.set(0);
          }
          return open;
        }
      };
    }
  }

  @Breaks(test = "record_onlySuccesses_neverOpens", duty = "successes alone never open the breaker")
  static class OpensByASuccess extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public boolean record(long nowNanos, boolean failed, boolean slow) {
          return super.record(nowNanos, failed, slow) || recorded() == 2_000;
        }
      };
    }
  }

  @Breaks(
      test = "counts_onlySlowOrOnlyFailed_areKeptApart",
      duty = "a call that was only slow is no failure")
  static class SlowIsFailed extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public long failures(long nowNanos) {
          return streak.get();
        }
      };
    }
  }

  @Breaks(
      test = "recorded_anyHistory_countsEveryResultAndForgetsNone",
      duty = "recorded counts every result")
  static class CountsWhatItRemembers extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public long recorded() {
          return streak.get();
        }
      };
    }
  }

  @Breaks(test = "counts_read_changeNothing", duty = "reading the counts changes nothing")
  static class ForgetsWhenRead extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public long calls(long nowNanos) {
          return streak.getAndSet(0);
        }
      };
    }
  }

  @Breaks(
      test = "record_timeNotAskedFor_isNotLookedAt",
      duty = "a window does not read a time that it did not ask for")
  static class ReadsATimeItDidNotAskFor extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public boolean record(long nowNanos, boolean failed, boolean slow) {
          return super.record(nowNanos, failed, slow || nowNanos < 0);
        }
      };
    }
  }

  /** Starts a new window each ten seconds, and compares readings instead of their difference. */
  @Breaks(
      test = "record_anyOrigin_decidesTheSame",
      duty = "only differences between readings of the clock matter")
  static class ComparesReadings extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        private final AtomicLong ends = new AtomicLong(nowNanos + 10_000_000_000L);

        @Override
        public int needs() {
          return Gate.TIME_AT_EXIT;
        }

        @Override
        public boolean record(long now, boolean failed, boolean slow) {
          if (now > ends.get()) {
            ends.set(now + 10_000_000_000L);
            streak.set(0);
          }
          return super.record(now, failed, slow);
        }
      };
    }
  }

  @Breaks(test = "record_readingsOutOfOrder_isTakenWithoutThrowing", duty = "the clock goes back")
  static class RefusesLateReadings extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        private long latest = nowNanos;

        @Override
        public int needs() {
          return Gate.TIME_AT_EXIT;
        }

        @Override
        public boolean record(long now, boolean failed, boolean slow) {
          if (now - latest < 0) {
            throw new IllegalStateException("the clock goes back");
          }
          latest = now;
          return super.record(now, failed, slow);
        }
      };
    }
  }

  @Breaks(
      test = "counts_anyHistory_stayWithinTheCalls",
      duty = "failures are counted among the calls of the window")
  static class FailuresWithoutTheirCalls extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public long failures(long nowNanos) {
          return recorded();
        }
      };
    }
  }

  @Breaks(test = "record_warm_allocatesNothing", duty = "a window that is warm does not allocate")
  static class AnObjectPerResult extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        volatile Object last = "";

        @Override
        public boolean record(long nowNanos, boolean failed, boolean slow) {
          last = new long[] {nowNanos};
          return super.record(nowNanos, failed, slow);
        }
      };
    }
  }

  @Breaks(
      test = "needs_always_isConstantAndNothingButTheTimeAtExit",
      duty = "a window needs no time but that at the exit")
  static class AsksForWhatItCannotHave extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public int needs() {
          return Gate.DURATION;
        }
      };
    }
  }

  @Breaks(test = "record_anyResult_doesNotBlock", duty = "a window does not block")
  static class Sleeps extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        @Override
        public boolean record(long nowNanos, boolean failed, boolean slow) {
          try {
            TimeSource.system().sleep(1_000);
          } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
          }
          return super.record(nowNanos, failed, slow);
        }
      };
    }
  }

  @Breaks(
      test = "record_fromManyThreads_losesNothingAndNeverFalls",
      duty = "no result is lost when threads share a window")
  static class PlainCounter extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak() {
        private volatile long count;

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // the fault
        public boolean record(long nowNanos, boolean failed, boolean slow) {
          count++;
          return super.record(nowNanos, failed, slow);
        }

        @Override
        public long recorded() {
          return Math.min(count, super.recorded());
        }
      };
    }
  }
}
