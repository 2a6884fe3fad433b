// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A backoff: the delay before the next attempt of a {@link Retry}, or the time for which a {@link
 * CircuitBreaker} stays open.
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
 * <p><b>Guarantees.</b> Jitter is applied after the cap: delays at the cap stay random, and callers
 * that failed together do not return together. No delay overflows, whatever the number of failures.
 *
 * <p>Implementations are stateless and thread-safe, and do not block: the same number of failures
 * and the same random numbers give the same delay. The contract test is {@code BackoffContract} in
 * the module's {@code tests} jar. Source of the jitters: Marc Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015.
 */
@FunctionalInterface
public interface Backoff {

  /**
   * Computes a delay.
   *
   * @param failures the number of consecutive failures, 1 or more
   * @param random the only source of randomness
   * @return the delay in nanoseconds, 0 or more
   */
  long delayNanos(int failures, RandomGenerator random);

  /**
   * Returns a backoff with the same delay every time.
   *
   * @param delay 0 or more
   * @return the backoff
   * @throws IllegalArgumentException if the delay is negative
   */
  static Backoff constant(Duration delay) {
    return new Exponential(delay, delay, 1);
  }

  /**
   * Returns a backoff with delays that double: base, 2 × base, 4 × base, ... up to the cap.
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
   * Returns a backoff with delays that grow by a factor, up to the cap.
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
          "base is " + base + " and cap is " + cap + "; it must be that 0 < base <= cap");
    }
    if (!(factor > 1) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "factor is " + factor + "; it must be more than 1 and finite");
    }
    return new Exponential(base, cap, factor);
  }

  /**
   * Returns a backoff with full jitter: a delay is drawn uniformly from 0 to the delay of this
   * backoff, both included.
   *
   * @return the backoff that spreads callers most evenly
   */
  default Backoff fullJitter() {
    return new Jittered(this, false);
  }

  /**
   * Returns a backoff with equal jitter: a delay is drawn uniformly from one half of the delay of
   * this backoff to the whole, both included.
   *
   * @return the backoff
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
        throw new IllegalArgumentException("delay is " + base + "; it must be 0 or more");
      }
      this.baseNanos = Checks.nanos(base);
      this.capNanos = Checks.nanos(cap);
      this.factor = factor;
    }

    @Override
    public long delayNanos(int failures, RandomGenerator random) {
      // Java casts a double beyond the range of long to Long.MAX_VALUE: no overflow, only the cap.
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

    Backoff inner() {
      return inner;
    }

    @Override
    public long delayNanos(int failures, RandomGenerator random) {
      long max = Math.max(0, inner.delayNanos(failures, random));
      long min = keepHalf ? max - max / 2 : 0;
      long spread = Math.min(max - min, Long.MAX_VALUE - 1);
      return min + random.nextLong(spread + 1);
    }

    @Override
    public String toString() {
      return inner + (keepHalf ? " with equal jitter" : " with full jitter");
    }
  }
}
