// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * When the counts of a window mean that the breaker must open. A slow rate above 1 means never.
 * Rates are decimals that a double only approximates: 55 of 100 calls are a rate of 0.55, though
 * the product of the doubles is above 55. So a product counts as reached from just below, by more
 * than its three roundings can err (2^-51) and less than decimals differ: exact for rates of up to
 * six digits in windows of up to 2^30 calls.
 */
record Threshold(double failureRate, double slowRate, int minimumCalls) {
  private static final double ROUNDED = 1 - 0x1p-50;

  boolean watchesSlow() {
    return slowRate <= 1;
  }

  /** Whether a rate is reached, however few the calls. */
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
