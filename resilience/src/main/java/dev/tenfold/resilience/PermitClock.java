// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.math.BigInteger;

/**
 * Reads time in units of permits: how much a rate has earned since the limiter was built. A permit
 * is {@link #permit} units. Where it takes a whole number of nanoseconds a unit is a nanosecond;
 * else a permit is a power of two, chosen so that one nanosecond earns more than one unit and less
 * than two.
 *
 * <p>So sums of permits are exact at every rate, however its nanoseconds per permit divide, and an
 * error of reading (less than a unit: less than a nanosecond's worth) never adds up. Good for 70
 * years from the origin.
 */
final class PermitClock {
  /** About 36 years; no burst may take longer to earn, so that sums of units cannot overflow. */
  static final long MOST_NANOS = 1L << 60;

  /** A permit in units. */
  final long permit;

  private final long originNanos;

  /** What a nanosecond earns beyond one unit, in 2^-63, rounded up. */
  private final long beyondOne;

  /** The nanoseconds per unit, in 2^-63, rounded down. */
  private final long nanosPerUnit;

  /**
   * Starts a clock.
   *
   * @param permits 1 or more
   * @param perNanos at least {@code permits}, at most {@link #MOST_NANOS}
   * @param originNanos any reading near the present
   */
  PermitClock(int permits, long perNanos, long originNanos) {
    this.originNanos = originNanos;
    long units = perNanos;
    if (perNanos % permits != 0) {
      for (units = permits; units < perNanos; ) {
        units <<= 1;
      }
    }
    this.permit = units / permits;
    BigInteger per = BigInteger.valueOf(perNanos);
    BigInteger beyond = BigInteger.valueOf(units - perNanos).shiftLeft(Long.SIZE - 1);
    this.beyondOne = beyond.add(per).subtract(BigInteger.ONE).divide(per).longValueExact();
    BigInteger inverse = per.shiftLeft(Long.SIZE - 1).divide(BigInteger.valueOf(units));
    this.nanosPerUnit = inverse.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
  }

  /** Returns the whole units earned until then; fewer than 0 before the origin. */
  long at(long nowNanos) {
    long elapsed = nowNanos - originNanos;
    return beyondOne == 0 ? elapsed : elapsed + Math.multiplyHigh(elapsed << 1, beyondOne);
  }

  /** Returns the least nanoseconds after which the clock reads so many units; 0 if it does. */
  long nanosUntil(long units, long nowNanos) {
    long left = units - at(nowNanos);
    if (left <= 0) {
      return 0;
    }
    // The unit that is under way may be nearly earned, hence the one less; it never exceeds the
    // least.
    long nanos = Math.max(0, Math.multiplyHigh(left << 1, nanosPerUnit) - 1);
    while (at(nowNanos + nanos) < units) {
      nanos++;
    }
    return nanos;
  }

  /** Returns the most permits that may be saved up. */
  int mostPermits() {
    return (int) Math.min(Integer.MAX_VALUE, MOST_NANOS / permit);
  }
}
