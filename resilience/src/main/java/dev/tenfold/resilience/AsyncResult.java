// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * How an asynchronous attempt ended.
 *
 * @param value what it returned
 * @param error what it threw
 * @param firedAt the place of the timeout that ended it, {@link #NOT_FIRED} or {@link
 *     #FIRED_OUTSIDE}
 * @param cancelled whether the caller ended it
 * @param clock when, if a gate further in wanted to know
 */
record AsyncResult<T extends @Nullable Object>(
    @Nullable T value,
    @Nullable Throwable error,
    int firedAt,
    boolean cancelled,
    @Nullable Reading clock) {

  /** No timeout of the segment or outside it has fired. */
  static final int NOT_FIRED = Integer.MAX_VALUE;

  /** A timeout outside the segment has fired. */
  static final int FIRED_OUTSIDE = -1;

  /** A reading of the clock that gates further out need not repeat. */
  record Reading(long nanos) {}

  static <T extends @Nullable Object> AsyncResult<T> returned(@Nullable T value) {
    return new AsyncResult<>(value, null, NOT_FIRED, false, null);
  }

  static <T extends @Nullable Object> AsyncResult<T> threw(Throwable error) {
    return new AsyncResult<>(null, error, NOT_FIRED, false, null);
  }

  static <T extends @Nullable Object> AsyncResult<T> timedOut(int place, Throwable timeout) {
    return new AsyncResult<>(null, timeout, place, false, null);
  }

  static <T extends @Nullable Object> AsyncResult<T> byCaller() {
    return new AsyncResult<>(null, new CancellationException(), NOT_FIRED, true, null);
  }

  /** What it threw, as it is classified; null if it returned. */
  @Nullable Throwable judgedError() {
    return error == null ? null : CallErrors.unwrapped(error);
  }

  /** The same as seen by an attempt further in. */
  AsyncResult<T> fromOutside() {
    return firedAt == NOT_FIRED
        ? this
        : new AsyncResult<>(value, error, FIRED_OUTSIDE, cancelled, clock);
  }

  /** The same, at this reading of the clock. */
  AsyncResult<T> at(@Nullable Reading reading) {
    return new AsyncResult<>(value, error, firedAt, cancelled, reading);
  }

  /** The end of the call whose last attempt ended like this. */
  AsyncResult<T> outwards() {
    return new AsyncResult<>(value, error, NOT_FIRED, false, clock);
  }

  /** Whether the attempt was stopped while what it guards may still be running. */
  boolean stopped() {
    return cancelled || firedAt != NOT_FIRED;
  }
}
