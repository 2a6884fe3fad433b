// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.resilience.contract.GateContract;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong gates, each of which the contract finds by the duty that it breaks. */
class GateContractMutantsTest {
  private static final int LIMIT = 3;

  /** A sound gate with a limit, of which each mutant gets one thing wrong. */
  static class Limit implements Gate {
    final AtomicInteger inside = new AtomicInteger();

    @Override
    public String name() {
      return "limit";
    }

    @Override
    public long enter(long nowNanos) {
      return inside.getAndUpdate(n -> Math.min(n + 1, LIMIT)) < LIMIT ? 0 : REFUSED;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
      inside.decrementAndGet();
    }
  }

  abstract static class Limited extends GateContract {
    @Override
    protected int limit() {
      return LIMIT;
    }
  }

  @Nested
  class Sound extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit();
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(GateContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongGate_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  private static void pause() {
    try {
      TimeSource.system().sleep(1_000);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }

  @Breaks(
      test = "enterAndExit_fromManyThreads_neverExceedTheLimitAndLoseNothing",
      duty = "threads share a gate")
  static class ChecksThenActs extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public long enter(long nowNanos) {
          if (inside.get() >= LIMIT) {
            return REFUSED;
          }
          inside.incrementAndGet();
          return 0;
        }
      };
    }
  }

  @Breaks(
      test = "enterAndExit_fromManyThreads_neverExceedTheLimitAndLoseNothing",
      duty = "threads share a gate")
  static class PlainCounter extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        private int count;

        @Override
        public long enter(long nowNanos) {
          if (count >= LIMIT) {
            return REFUSED;
          }
          count++;
          return 0;
        }

        @Override
        public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
          count--;
        }
      };
    }
  }

  @Breaks(test = "enterAndExit_alone_doNotBlock", duty = "a gate does not block")
  static class SleepsInEnter extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public long enter(long nowNanos) {
          pause();
          return super.enter(nowNanos);
        }
      };
    }
  }

  @Breaks(test = "enterAndExit_alone_doNotBlock", duty = "a gate does not block")
  static class SleepsInExit extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
          super.exit(permit, beganNanos, nowNanos, verdict);
          pause();
        }
      };
    }
  }

  @Breaks(
      test = "enter_full_isRefusedAtOnce",
      duty = "a gate that cannot admit a call refuses at once and does not block")
  static class SleepsWhenFull extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public long enter(long nowNanos) {
          if (inside.get() >= LIMIT) {
            pause();
          }
          return super.enter(nowNanos);
        }
      };
    }
  }

  /** Takes the time limit of ten seconds, because its thread waits for ever. */
  @Breaks(
      test = "enter_full_isRefusedAtOnce",
      duty = "a gate that cannot admit a call refuses at once and does not block")
  static class WaitsForAPlace extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      Semaphore places = new Semaphore(LIMIT);
      return new Limit() {
        @Override
        public long enter(long nowNanos) {
          places.acquireUninterruptibly();
          return 0;
        }

        @Override
        public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
          places.release();
        }
      };
    }
  }

  @Breaks(
      test = "exit_inReverseOrder_givesEveryPlaceBack",
      duty = "a gate that is full refuses one call more than its limit")
  static class OneTooMany extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public long enter(long nowNanos) {
          return inside.getAndIncrement() <= LIMIT ? 0 : REFUSED;
        }
      };
    }
  }

  @Breaks(
      test = "exit_inAnyOrder_givesEveryPlaceBack",
      duty = "a gate admits as many calls as its limit")
  static class CountsRefusals extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public long enter(long nowNanos) {
          return inside.getAndIncrement() < LIMIT ? 0 : REFUSED;
        }
      };
    }
  }

  @Breaks(
      test = "exit_abandoned_givesThePlaceBack",
      duty = "an abandoned call gives its place back")
  static class KeepsAbandoned extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
          if (verdict != Verdict.ABANDONED) {
            super.exit(permit, beganNanos, nowNanos, verdict);
          }
        }
      };
    }
  }

  @Breaks(
      test = "exit_everyVerdict_givesThePlaceBack",
      duty = "a call gives its place back, whatever its verdict")
  static class KeepsFailed extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
          if (verdict != Verdict.FAILURE) {
            super.exit(permit, beganNanos, nowNanos, verdict);
          }
        }
      };
    }
  }

  /** Takes permits back in reverse order only. */
  @Breaks(test = "exit_inAnyOrder_givesEveryPlaceBack", duty = "permit 0 is not the latest")
  static class StackOfPermits extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        private final Deque<Long> permits = new ArrayDeque<>();

        @Override
        public long enter(long nowNanos) {
          if (permits.size() == LIMIT) {
            return REFUSED;
          }
          permits.push((long) permits.size());
          return permits.element();
        }

        @Override
        public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
          if (permits.pop() != permit) {
            throw new IllegalStateException("permit " + permit + " is not the latest");
          }
        }
      };
    }
  }

  @Breaks(
      test = "exit_everyVerdictAndDuration_isTaken",
      duty = "a gate takes the verdict IGNORED after 0 ns without throwing")
  static class UnknownVerdict extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
          super.exit(permit, beganNanos, nowNanos, verdict);
          if (verdict == Verdict.IGNORED) {
            throw new IllegalArgumentException("IGNORED");
          }
        }
      };
    }
  }

  @Breaks(
      test = "enter_timesNotAskedFor_areNotRead",
      duty = "a gate does not read a time that it did not ask for")
  static class ReadsTheTime extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public long enter(long nowNanos) {
          return nowNanos < 0 ? REFUSED : 0;
        }
      };
    }
  }

  @Breaks(
      test = "timeSource_always_isTheClockGivenOrNone",
      duty = "a gate lives by the given clock")
  static class OtherClock extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public TimeSource timeSource() {
          return TimeSource.system();
        }
      };
    }
  }

  @Breaks(test = "enter_new_admitsAtOnceOrReserves", duty = "a new gate admits")
  static class RefusesAll extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new TestGate("closed", Gate.REFUSED);
    }
  }

  @Breaks(
      test = "judge_anything_answersWithoutThrowing",
      duty = "a gate never judges a result ABANDONED")
  static class JudgesAbandoned extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
          return error instanceof Error ? Verdict.ABANDONED : null;
        }
      };
    }
  }

  @Breaks(
      test = "judge_anything_answersWithoutThrowing",
      duty = "a gate judges any result without throwing")
  static class JudgesTextOnly extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
          return value == null || !((String) value).isEmpty() ? null : Verdict.FAILURE;
        }
      };
    }
  }

  @Breaks(
      test = "retryAfterNanos_always_isAWaitOrUnknown",
      duty = "the time after which a gate may admit is 0 or more, or -1 for unknown")
  static class RetryInThePast extends Limited {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new Limit() {
        @Override
        public long retryAfterNanos(long nowNanos) {
          return inside.get() - LIMIT;
        }
      };
    }
  }

  @Breaks(test = "needs_always_isConstantAndOfKnownBits", duty = "a gate needs only known times")
  static class UnknownNeeds extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new TestGate("needy", 0).needing(8);
    }
  }
}
