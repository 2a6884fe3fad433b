// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.Locale;

/** What a full run says about a claim. */
enum ClaimResult {
  /** The whole interval lies within the budget. */
  MET,
  /** The interval straddles the limit, or there are too few rounds or figures to say. */
  NOT_SHOWN,
  /** The whole interval lies beyond the budget. */
  MISSED;

  /** With fewer rounds than this the interval is not worth its name. */
  static final int MIN_ROUNDS = 5;

  static ClaimResult of(Interval interval, double limit) {
    if (interval.count() < MIN_ROUNDS) {
      return NOT_SHOWN;
    }
    if (interval.high() <= limit) {
      return MET;
    }
    return interval.low() > limit ? MISSED : NOT_SHOWN;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
