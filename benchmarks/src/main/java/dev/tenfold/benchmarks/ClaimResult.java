// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.Locale;

/** The result of a full run for a claim. */
enum ClaimResult {
  /** The whole interval lies within the limit. */
  MET,
  /** The interval contains the limit, or there are too few rounds or figures. */
  NOT_SHOWN,
  /** The whole interval lies beyond the limit. */
  MISSED;

  /** With fewer rounds an interval is too uncertain for a result. */
  static final int MIN_ROUNDS = 5;

  /** A wider interval could hide a difference that matters. */
  private static final double MAX_HALF = 0.1;

  static ClaimResult of(Interval interval, double limit) {
    if (interval.count() < MIN_ROUNDS) {
      return NOT_SHOWN;
    }
    if (interval.high() <= limit) {
      return MET;
    }
    return interval.low() > limit ? MISSED : NOT_SHOWN;
  }

  /**
   * Returns the result of a claim of no difference: missed only if the difference is significant.
   */
  static ClaimResult notBeyond(Interval interval, double limit) {
    if (interval.count() < MIN_ROUNDS) {
      return NOT_SHOWN;
    }
    if (interval.low() > limit) {
      return MISSED;
    }
    return interval.half() <= MAX_HALF ? MET : NOT_SHOWN;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
