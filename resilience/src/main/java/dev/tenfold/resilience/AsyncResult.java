// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The result of an asynchronous attempt.
 *
 * @param value the value of the stage
 * @param error the exception of the stage, or of a policy
 * @param firedAt the place of the timeout that ended the attempt, {@link #NOT_FIRED} or {@link
 *     #FIRED_OUTSIDE}
 * @param cancelled whether the caller ended the attempt
 * @param clock the time of the end, if a gate further in has read the clock
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

  /** A reading of the clock. Gates further out use it again. */
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

  /** The exception to classify, without wrappers. Null after a value. */
  @Nullable Throwable judgedError() {
    return error == null ? null : CallErrors.unwrapped(error);
  }

  /** This result of a timeout as a refusal: the deadline has ended before the call began. */
  AsyncResult<T> refusedBy(Timeout timeout) {
    return new AsyncResult<>(null, timeout.refusal(), firedAt, false, null);
  }

  /** This result for the attempt inside. */
  AsyncResult<T> fromOutside() {
    return firedAt == NOT_FIRED
        ? this
        : new AsyncResult<>(value, error, FIRED_OUTSIDE, cancelled, clock);
  }

  /** This result with this reading of the clock. */
  AsyncResult<T> at(@Nullable Reading reading) {
    return new AsyncResult<>(value, error, firedAt, cancelled, reading);
  }

  /** This result of the last attempt, as the result of the call. */
  AsyncResult<T> outwards() {
    return new AsyncResult<>(value, error, NOT_FIRED, false, clock);
  }

  /** Whether the deadline of the caller ended a timeout before its own duration was over. */
  boolean deadlineEnded() {
    return judgedError() instanceof CallTimeoutException late && late.deadlineEnded();
  }

  /** Whether the timeout that ended the attempt is a failure of the backend. */
  boolean ranLongEnough() {
    return judgedError() instanceof CallTimeoutException late && late.ranLongEnough();
  }

  /** Whether the attempt was ended while the guarded call may still run. */
  boolean stopped() {
    return cancelled || firedAt != NOT_FIRED;
  }
}
