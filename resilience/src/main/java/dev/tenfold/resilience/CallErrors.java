// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The meaning of exceptions that no classifier decides: wrappers, refusals and interrupts. */
final class CallErrors {
  private CallErrors() {}

  /**
   * Returns the error to classify: the cause inside the {@link CompletionException}s and {@link
   * ExecutionException}s in which {@code join()}, {@code get()} and dependent stages wrap it. A
   * subclass of the two is an application's own exception and is not unwrapped. The caller still
   * catches what was thrown.
   */
  static Throwable unwrapped(Throwable error) {
    Throwable inner = error;
    for (Throwable next = error; next != null; next = wraps(inner) ? inner.getCause() : null) {
      inner = next;
    }
    return inner;
  }

  private static boolean wraps(Throwable error) {
    Class<?> type = error.getClass();
    return type == CompletionException.class || type == ExecutionException.class;
  }

  /**
   * Returns the exception of a stage without the {@link CompletionException}s of its dependent
   * stages. A subclass is an application's own exception.
   */
  static Throwable ofStage(Throwable error) {
    Throwable inner = error;
    while (inner.getClass() == CompletionException.class && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }

  /**
   * Returns whether the call did not run to its end: a refusal, an interrupt or a cancellation.
   *
   * @param error unwrapped
   */
  static boolean abandons(@Nullable Throwable error) {
    return error instanceof RejectedException
        || error instanceof GateFailure
        || interrupts(error)
        || error instanceof CancellationException;
  }

  /**
   * Returns whether the error is the answer to an interrupt.
   *
   * @param error unwrapped
   */
  static boolean interrupts(@Nullable Throwable error) {
    return error instanceof InterruptedException
        || error instanceof CallInterruptedException
        || error instanceof ClosedByInterruptException;
  }

  /**
   * Returns an exception caught from code that declared {@code X}, as {@code X}. Throws an {@code
   * Error}.
   */
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // the code could throw nothing checked but X
  static <X extends Exception> X rethrown(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (X) thrown;
  }
}
