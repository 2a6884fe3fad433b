// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.resilience.contract.BackoffContract;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong backoffs, each of which the contract finds by the duty that it breaks. */
class BackoffContractMutantsTest {
  private static final long MILLI = 1_000_000;

  static Stream<Class<?>> mutants() {
    return Mutants.in(BackoffContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongBackoff_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(test = "delayNanos_anyNumberOfFailures_isNotNegative", duty = "a delay is 0 or more")
  static class Overflows extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return (failures, random) -> failures * 100 * MILLI * MILLI;
    }
  }

  @Breaks(test = "delayNanos_anyNumberOfFailures_isNotNegative", duty = "a delay is 0 or more")
  static class Shifts extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return (failures, random) -> MILLI << failures;
    }
  }

  @Breaks(
      test = "delayNanos_sameRandomNumbers_isTheSame",
      duty = "the same failures and the same random numbers give the same delays")
  static class OtherRandomness extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return (failures, random) -> ThreadLocalRandom.current().nextLong(MILLI);
    }
  }

  @Breaks(
      test = "delayNanos_callsInBetween_changeNothing",
      duty = "the same delays, whatever was asked before")
  static class RemembersTheLast extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return new Backoff() {
        private long last = MILLI;

        @Override
        public long delayNanos(int failures, RandomGenerator random) {
          last = Math.min(1_000 * MILLI, MILLI + random.nextLong(3 * last));
          return last;
        }
      };
    }
  }

  @Breaks(
      test = "delayNanos_failuresInAnotherOrder_changeNothing",
      duty = "the same delays, in whatever order they come")
  static class NeverShrinks extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return new Backoff() {
        private long longest;

        @Override
        public long delayNanos(int failures, RandomGenerator random) {
          longest = Math.max(longest, Math.min(failures, 1_000) * MILLI);
          return longest;
        }
      };
    }
  }

  @Breaks(test = "delayNanos_manyFailures_doesNotBlock", duty = "a backoff does not block")
  static class Sleeps extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return (failures, random) -> {
        try {
          TimeSource.system().sleep(MILLI);
        } catch (InterruptedException interrupt) {
          Thread.currentThread().interrupt();
        }
        return 0;
      };
    }
  }

  @Breaks(test = "delayNanos_manyFailures_doesNotBlock", duty = "a backoff does not block")
  static class CountsUp extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return (failures, random) -> {
        double delay = 1;
        for (int i = 0; i < failures / 5_000; i++) {
          delay = Math.sqrt(delay + i);
        }
        return (long) delay;
      };
    }
  }

  @Breaks(
      test = "delayNanos_fromManyThreads_isTheSame",
      duty = "the same delays, on whatever thread")
  static class SharedScratch extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return new Backoff() {
        private final AtomicLong delay = new AtomicLong();

        @Override
        public long delayNanos(int failures, RandomGenerator random) {
          delay.set(1);
          for (int i = 0; i < Math.min(failures, 40); i++) {
            delay.addAndGet(delay.get());
          }
          return Math.max(0, delay.get());
        }
      };
    }
  }

  @Breaks(
      test = "fullJitter_anyDelay_isFromZeroToTheDelay",
      duty = "full jitter is from 0 to the delay")
  static class JitterAround extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return new Backoff() {
        @Override
        public long delayNanos(int failures, RandomGenerator random) {
          return MILLI;
        }

        @Override
        public Backoff fullJitter() {
          return (failures, random) -> MILLI / 2 + random.nextLong(MILLI);
        }
      };
    }
  }

  @Breaks(
      test = "equalJitter_anyDelay_isFromHalfToTheDelay",
      duty = "equal jitter is from half of the delay to the delay")
  static class JitterFromZero extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return new Backoff() {
        @Override
        public long delayNanos(int failures, RandomGenerator random) {
          return MILLI;
        }

        @Override
        public Backoff equalJitter() {
          return fullJitter();
        }
      };
    }
  }
}
