// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.resilience.contract.BackoffContract;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The backoffs of this module and one that an outsider might write keep the contract. */
class BackoffContractsTest {
  private static final Duration BASE = Duration.ofMillis(100);
  private static final Duration CAP = Duration.ofSeconds(10);

  /** The example of {@link Backoff}. */
  record Fibonacci(Duration base, Duration cap) implements Backoff {
    @Override
    public long delayNanos(int failures, RandomGenerator random) {
      long most = cap.toNanos();
      long before = 0;
      long delay = Math.min(base.toNanos(), most);
      for (int i = 1; i < failures && delay < most; i++) {
        long next = delay + Math.min(before, most - delay);
        before = delay;
        delay = next;
      }
      return delay;
    }
  }

  @Test
  void fibonacci_eachFailure_addsTheTwoBefore() {
    Backoff fibonacci = new Fibonacci(Duration.ofNanos(1), Duration.ofNanos(20));
    Random random = new Random(1);
    long[] delays = new long[9];
    for (int i = 0; i < delays.length; i++) {
      delays[i] = fibonacci.delayNanos(i + 1, random);
    }

    assertThat(delays).containsExactly(1, 1, 2, 3, 5, 8, 13, 20, 20);
  }

  @Nested
  class Constant extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return Backoff.constant(BASE);
    }
  }

  @Nested
  class None extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return Backoff.constant(Duration.ZERO);
    }
  }

  @Nested
  class Doubling extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return Backoff.exponential(BASE, CAP);
    }
  }

  @Nested
  class Endless extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return Backoff.exponential(BASE, Duration.ofSeconds(Long.MAX_VALUE), 1e300);
    }
  }

  @Nested
  class FullyJittered extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return Backoff.exponential(BASE, CAP).fullJitter();
    }
  }

  @Nested
  class EquallyJittered extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return Backoff.exponential(BASE, CAP).equalJitter();
    }
  }

  @Nested
  class Example extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return new Fibonacci(BASE, CAP);
    }
  }

  @Nested
  class EndlessExample extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return new Fibonacci(BASE, Duration.ofNanos(Long.MAX_VALUE));
    }
  }
}
