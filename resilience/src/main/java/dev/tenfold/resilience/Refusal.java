// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;

/**
 * A refusal in the one number that a gate of this module answers: its kind, and when to try again.
 * The gate has just read the clock; a second reading would cost as much as the rest of a refusal.
 *
 * <p>Permits are 0 or more, reservations at least {@code -MAX_NANOS}; what lies below is a refusal:
 * four bits of kind, then 58 bits of time plus one. {@link Gate#REFUSED} is {@link
 * RefusalKind#GATE_REFUSED} of unknown time.
 */
final class Refusal {
  private static final int KIND_SHIFT = 58;
  private static final long AFTER_MASK = (1L << KIND_SHIFT) - 1;

  /** The longest time that a refusal can tell: nine years. */
  static final long MAX_AFTER_NANOS = AFTER_MASK - 1;

  private static final long LAST = -Checks.MAX_NANOS - 1;
  private static final RefusalKind[] KINDS = RefusalKind.values();

  private Refusal() {}

  /** Returns a refusal that does not know when to try again. */
  @SuppressWarnings("EnumOrdinal") // four bits of a number that never leaves the process
  static long of(RefusalKind kind) {
    return Gate.REFUSED + ((long) kind.ordinal() << KIND_SHIFT);
  }

  /** Returns a refusal that says when to try again; -1 if unknown. */
  static long of(RefusalKind kind, long retryAfterNanos) {
    return retryAfterNanos < 0
        ? of(kind)
        : of(kind) + 1 + Math.min(MAX_AFTER_NANOS, retryAfterNanos);
  }

  static boolean is(long answer) {
    return answer <= LAST;
  }

  /** Returns the kind of a refusal. */
  static RefusalKind kind(long answer) {
    return KINDS[(int) ((answer - Gate.REFUSED) >>> KIND_SHIFT)];
  }

  /** Returns the nanoseconds after which to try again; -1 if unknown. */
  static long afterNanos(long answer) {
    return (answer & AFTER_MASK) - 1;
  }
}
