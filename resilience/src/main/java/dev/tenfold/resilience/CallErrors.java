// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What the ways a call can end mean before anybody classifies them. */
final class CallErrors {
  private CallErrors() {}

  /** Whether this says that the call was not carried to its end, whoever stopped it. */
  static boolean abandons(@Nullable Throwable error) {
    return error instanceof RejectedException
        || error instanceof GateFailure
        || interrupts(error)
        || error instanceof CancellationException;
  }

  /** Whether this is the answer to an interrupt. */
  static boolean interrupts(@Nullable Throwable error) {
    return error instanceof InterruptedException
        || error instanceof CallInterruptedException
        || error instanceof ClosedByInterruptException;
  }

  /** Takes the wrappers of dependent stages off. */
  static Throwable unwrapped(Throwable error) {
    Throwable inner = error;
    while (inner instanceof CompletionException && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
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
