// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What the ways a call can end mean before anybody classifies them. */
final class CallErrors {
  private CallErrors() {}

  /**
   * Returns what is classified: the error inside the {@link CompletionException}s and {@link
   * ExecutionException}s in which {@code join()}, {@code get()} and dependent stages wrap it.
   * Subclasses of the two mean something and are left alone. The caller catches what was thrown.
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

  /** Returns what a stage was completed with, without what its dependent stages put around it. */
  static Throwable ofStage(Throwable error) {
    Throwable inner = error;
    while (inner instanceof CompletionException && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }

  /**
   * Whether this says that the call was not carried to its end, whoever stopped it.
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
   * Whether this is the answer to an interrupt.
   *
   * @param error unwrapped
   */
  static boolean interrupts(@Nullable Throwable error) {
    return error instanceof InterruptedException
        || error instanceof CallInterruptedException
        || error instanceof ClosedByInterruptException;
  }

  /**
   * Returns what was caught from code that declared {@code X}, as {@code X}; throws it if it is an
   * error.
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
