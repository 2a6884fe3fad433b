// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * The thresholds of a window: the counts at which the breaker opens. A slow rate above 1 is never
 * reached.
 *
 * <p>A double only approximates a decimal rate: 55 of 100 calls are a rate of 0.55, although the
 * product of the doubles 0.55 and 100 is more than 55. So a product counts as reached from slightly
 * below. The margin is larger than the error of the three roundings (2^-51) and smaller than the
 * difference of two decimals: the comparison is exact for rates of up to six digits in windows of
 * up to 2^30 calls.
 */
record Threshold(double failureRate, double slowRate, int minimumCalls) {
  private static final double ROUNDED = 1 - 0x1p-50;

  boolean watchesSlow() {
    return slowRate <= 1;
  }

  /** Returns whether a rate is reached, whatever the number of calls. */
  boolean reached(long calls, long failures, long slow) {
    return reached(failureRate, calls, failures) || reached(slowRate, calls, slow);
  }

  private static boolean reached(double rate, long calls, long count) {
    return count > 0 && count >= rate * calls * ROUNDED;
  }

  boolean enough(long calls) {
    return calls >= minimumCalls;
  }
}
