// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * How an asynchronous attempt ended.
 *
 * @param value what it returned
 * @param error what it threw
 * @param firedAt the place of the timeout that ended it, or a constant of {@link Segment}
 * @param cancelled whether the caller ended it
 * @param clock when, if a gate further in wanted to know
 */
record Ending<T extends @Nullable Object>(
    @Nullable T value,
    @Nullable Throwable error,
    int firedAt,
    boolean cancelled,
    @Nullable Reading clock) {

  /** A reading of the clock that gates further out need not repeat. */
  record Reading(long nanos) {}

  static <T extends @Nullable Object> Ending<T> returned(@Nullable T value) {
    return new Ending<>(value, null, Segment.NOT_FIRED, false, null);
  }

  static <T extends @Nullable Object> Ending<T> threw(Throwable error) {
    return new Ending<>(null, error, Segment.NOT_FIRED, false, null);
  }

  static <T extends @Nullable Object> Ending<T> timedOut(int place, Throwable timeout) {
    return new Ending<>(null, timeout, place, false, null);
  }

  static <T extends @Nullable Object> Ending<T> byCaller() {
    return new Ending<>(null, new CancellationException(), Segment.NOT_FIRED, true, null);
  }

  /** The same as seen by an attempt further in. */
  Ending<T> fromOutside() {
    return firedAt == Segment.NOT_FIRED
        ? this
        : new Ending<>(value, error, Segment.FIRED_OUTSIDE, cancelled, clock);
  }

  /** The same, at this reading of the clock. */
  Ending<T> at(@Nullable Reading reading) {
    return new Ending<>(value, error, firedAt, cancelled, reading);
  }

  /** The end of the call whose last attempt ended like this. */
  Ending<T> outwards() {
    return new Ending<>(value, error, Segment.NOT_FIRED, false, clock);
  }

  /** Whether the attempt was stopped while what it guards may still be running. */
  boolean stopped() {
    return cancelled || firedAt != Segment.NOT_FIRED;
  }
}
