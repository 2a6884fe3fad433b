// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One step of a blocking call from the pipeline to the code: adjacent gates, a timeout or the
 * retry. A step calls the next one. Steps are immutable; the state of a call is on the stack of its
 * thread.
 */
abstract class Step {
  // Each kind of step chooses by itself between the code and the next step. A shared method would
  // have all kinds of steps as callees, and the compiler would inline none of them.

  /** The next step further in; null if that is the code. */
  final @Nullable Step next;

  Step(@Nullable Step next) {
    this.next = next;
  }

  /**
   * Runs this step and all steps further in.
   *
   * @param supplier the code
   * @param nowNanos the clock, if a policy of the pipeline needs the time at the beginning
   * @param watch the innermost timeout further out
   * @param times the times that gates further out need; null if there are none
   * @param asOutcome whether to return an {@link Outcome.Success} or an {@link Outcome.Rejected} in
   *     place of a value or a refusal
   * @return the value, or an outcome if {@code asOutcome} is set
   * @throws X the exception of the code
   */
  abstract <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      boolean asOutcome)
      throws X;

  /** Runs the code. For the innermost step. */
  static <T extends @Nullable Object, X extends Exception> @Nullable Object code(
      CheckedSupplier<T, X> supplier, boolean asOutcome) throws X {
    T value = supplier.get();
    return asOutcome ? new Outcome.Success<>(value) : value;
  }

  /** Returns the value of the code, out of an outcome if {@code asOutcome} is set. */
  static @Nullable Object value(@Nullable Object result, boolean asOutcome) {
    return asOutcome && result instanceof Outcome.Success<?> success ? success.value() : result;
  }
}
