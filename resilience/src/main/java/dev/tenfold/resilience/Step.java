// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One step on the way of a blocking call from the pipeline to the code: a run of gates, a timeout
 * or the retry, and what comes after it. Immutable; what happens to one call is kept on its stack.
 */
abstract class Step {
  // Each kind of step decides by itself between the code and the next step. One method for all
  // would
  // know all kinds of steps as its callees, itself among them, and be compiled into none.

  /** What is further in; null if that is the code. */
  final @Nullable Step next;

  Step(@Nullable Step next) {
    this.next = next;
  }

  /**
   * Goes this step and all after it.
   *
   * @param supplier the code
   * @param nowNanos the clock, if any policy of the pipeline wants it at the beginning
   * @param watch the innermost timeout further out
   * @param times where gates further out want to hear of the beginning and the end
   * @param asOutcome whether to return an {@link Outcome.Success}, or {@link Outcome.Rejected}
   *     where a gate refuses, instead of the value and the exception
   * @return the value, or an outcome if that was asked for
   * @throws X what the code threw
   */
  abstract <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      boolean asOutcome)
      throws X;

  /** Runs the code, where no step is further in. */
  static <T extends @Nullable Object, X extends Exception> @Nullable Object code(
      CheckedSupplier<T, X> supplier, boolean asOutcome) throws X {
    T value = supplier.get();
    return asOutcome ? new Outcome.Success<>(value) : value;
  }

  /** Returns the code's own value. */
  static @Nullable Object value(@Nullable Object result, boolean asOutcome) {
    return asOutcome && result instanceof Outcome.Success<?> success ? success.value() : result;
  }
}
