// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;

/**
 * A refusal together with when to try again, in the one number that a gate of this module answers:
 * who refused has just read the clock, and a second reading would cost as much as the rest.
 *
 * <p>Permits are 0 or more, reservations at least {@code -MAX_NANOS}; what lies below is a refusal.
 * {@link Gate#REFUSED} is the refusal that does not know when.
 */
final class Refusal {
  private static final long LAST = -Checks.MAX_NANOS - 1;

  private Refusal() {}

  /** Returns the refusal that suggests to try again after so long; -1 if that is unknown. */
  static long of(long retryAfterNanos) {
    return retryAfterNanos < 0
        ? Gate.REFUSED
        : Gate.REFUSED + 1 + Math.min(Checks.MAX_NANOS, retryAfterNanos);
  }

  static boolean is(long answer) {
    return answer <= LAST;
  }

  /** Returns after how long to try again, or -1 if that is unknown. */
  static long afterNanos(long answer) {
    return answer - Gate.REFUSED - 1;
  }
}
