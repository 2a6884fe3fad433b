// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.math.BigInteger;

/**
 * The clock of a rate limiter: it converts time to units of permits earned since the limiter was
 * built. A permit is {@link #permit} units. If a permit takes a whole number of nanoseconds, a unit
 * is a nanosecond. Otherwise units are chosen so that one nanosecond earns more than one unit and
 * less than two.
 *
 * <p>So sums of permits are exact at every rate, and the error of one reading (less than one unit,
 * that is less than the permits of one nanosecond) never adds up. Valid for 70 years from the
 * origin.
 */
final class PermitClock {
  /** The longest time to earn a burst: about 36 years. Sums of units then cannot overflow. */
  static final long MAX_NANOS = 1L << 60;

  /** The units of one permit. */
  final long permit;

  private final long originNanos;

  /** The units that one nanosecond earns beyond the first, in 2^-63, rounded up. */
  private final long beyondOne;

  /** The nanoseconds per unit, in 2^-63, rounded down. */
  private final long nanosPerUnit;

  /**
   * Starts a clock.
   *
   * @param permits 1 or more
   * @param perNanos at least {@code permits}, at most {@link #MAX_NANOS}
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

  /** Returns the whole units earned until a time; less than 0 before the origin. */
  long at(long nowNanos) {
    long elapsed = nowNanos - originNanos;
    return beyondOne == 0 ? elapsed : elapsed + Math.multiplyHigh(elapsed << 1, beyondOne);
  }

  /**
   * Returns the fewest nanoseconds until the clock reads a number of units; 0 if it already does.
   */
  long nanosUntil(long units, long nowNanos) {
    long left = units - at(nowNanos);
    if (left <= 0) {
      return 0;
    }
    // The present unit may be nearly earned, so one nanosecond is subtracted: the estimate is never
    // too large, and the loop corrects it upwards.
    long nanos = Math.max(0, Math.multiplyHigh(left << 1, nanosPerUnit) - 1);
    while (at(nowNanos + nanos) < units) {
      nanos++;
    }
    return nanos;
  }

  /** Returns the largest possible burst. */
  int maxPermits() {
    return (int) Math.min(Integer.MAX_VALUE, MAX_NANOS / permit);
  }
}
