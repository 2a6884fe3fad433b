// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: between the attempts of a {@link Retry}, and while a
 * {@link CircuitBreaker} stays open.
 *
 * <pre>{@code
 * Backoff.constant(Duration.ofMillis(50));
 * Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)).fullJitter();
 * Backoff linear = (failures, random) -> failures * 1_000_000L;
 *
 * record Fibonacci(Duration base, Duration cap) implements Backoff {
 *   public long delayNanos(int failures, RandomGenerator random) {
 *     long most = cap.toNanos();
 *     long before = 0;
 *     long delay = Math.min(base.toNanos(), most);
 *     for (int i = 1; i < failures && delay < most; i++) {
 *       long next = delay + Math.min(before, most - delay);
 *       before = delay;
 *       delay = next;
 *     }
 *     return delay;
 *   }
 * }
 * }</pre>
 *
 * <p>Jitter is applied after the cap, so that delays at the cap stay random and callers that failed
 * together do not come back together. No delay overflows, however many failures.
 *
 * <p>Implementations keep nothing between calls: the same failures and the same random numbers give
 * the same delay, on whatever thread. They do not block. The contract test {@code BackoffContract}
 * asserts what an implementation owes. Source of the jitters: Marc Brooker, "Exponential Backoff
 * And Jitter", AWS Architecture Blog, 2015.
 */
@FunctionalInterface
public interface Backoff {

  /**
   * Computes one delay.
   *
   * @param failures how many attempts in a row have failed, 1 or more
   * @param random the only source of randomness
   * @return nanoseconds, 0 or more
   */
  long delayNanos(int failures, RandomGenerator random);

  /**
   * Returns the same delay every time.
   *
   * @param delay 0 or more
   * @return the backoff
   * @throws IllegalArgumentException if the delay is negative
   */
  static Backoff constant(Duration delay) {
    return new Exponential(delay, delay, 1);
  }

  /**
   * Returns delays that double: base, 2 × base, 4 × base, ... up to the cap.
   *
   * @param base the delay after the first failure, more than 0
   * @param cap the longest delay, at least {@code base}
   * @return the backoff
   * @throws IllegalArgumentException if the base is not positive or the cap is below it
   */
  static Backoff exponential(Duration base, Duration cap) {
    return exponential(base, cap, 2);
  }

  /**
   * Returns delays that grow by a factor, up to the cap.
   *
   * @param base the delay after the first failure, more than 0
   * @param cap the longest delay, at least {@code base}
   * @param factor more than 1, finite
   * @return the backoff
   * @throws IllegalArgumentException if the base is not positive, the cap is below it, or the
   *     factor is 1 or less
   */
  static Backoff exponential(Duration base, Duration cap, double factor) {
    if (base.isNegative() || base.isZero() || cap.compareTo(base) < 0) {
      throw new IllegalArgumentException(
          "exponential backoff needs 0 < base <= cap, not base " + base + " and cap " + cap);
    }
    if (!(factor > 1) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "factor is " + factor + "; it must be more than 1 and finite");
    }
    return new Exponential(base, cap, factor);
  }

  /**
   * Returns delays drawn evenly from 0 to this one's, both included.
   *
   * @return a backoff that spreads callers best
   */
  default Backoff fullJitter() {
    return new Jittered(this, false);
  }

  /**
   * Returns delays drawn evenly from half of this one's to the whole.
   *
   * @return a backoff that always waits at least half
   */
  default Backoff equalJitter() {
    return new Jittered(this, true);
  }

  /** Growing delays. Obtained from {@link Backoff#exponential} and {@link Backoff#constant}. */
  final class Exponential implements Backoff {
    private final long baseNanos;
    private final long capNanos;
    private final double factor;

    private Exponential(Duration base, Duration cap, double factor) {
      if (base.isNegative()) {
        throw new IllegalArgumentException("delay " + base + " is negative; the least is 0");
      }
      this.baseNanos = Checks.nanos(base);
      this.capNanos = Checks.nanos(cap);
      this.factor = factor;
    }

    @Override
    public long delayNanos(int failures, RandomGenerator random) {
      // A double beyond the range of long is cast to Long.MAX_VALUE: no overflow, only the cap.
      double grown = baseNanos * Math.pow(factor, Math.max(0, failures - 1));
      return Math.min(capNanos, (long) grown);
    }

    @Override
    public String toString() {
      return factor == 1
          ? "constant " + Duration.ofNanos(baseNanos)
          : "exponential "
              + Duration.ofNanos(baseNanos)
              + " to "
              + Duration.ofNanos(capNanos)
              + " by "
              + factor;
    }
  }

  /**
   * Randomised delays. Obtained from {@link Backoff#fullJitter} and {@link Backoff#equalJitter}.
   */
  final class Jittered implements Backoff {
    private final Backoff inner;
    private final boolean keepHalf;

    private Jittered(Backoff inner, boolean keepHalf) {
      this.inner = Objects.requireNonNull(inner, "inner");
      this.keepHalf = keepHalf;
    }

    @Override
    public long delayNanos(int failures, RandomGenerator random) {
      long most = Math.max(0, inner.delayNanos(failures, random));
      long least = keepHalf ? most - most / 2 : 0;
      long spread = Math.min(most - least, Long.MAX_VALUE - 1);
      return least + random.nextLong(spread + 1);
    }

    @Override
    public String toString() {
      return inner + (keepHalf ? " with equal jitter" : " with full jitter");
    }
  }
}
