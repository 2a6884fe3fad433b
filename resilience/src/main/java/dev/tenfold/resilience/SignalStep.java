// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/** Tells the signals of a pipeline how its calls went. Outermost, and there only if asked for. */
final class SignalStep extends Step {
  private final Signals signals;
  private final TimeSource time;

  SignalStep(Signals signals, TimeSource time, @Nullable Step next) {
    super(next);
    this.signals = signals;
    this.time = time;
  }

  @Override
  <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable Watch watch,
      @Nullable Frame frame,
      boolean asOutcome)
      throws X {
    Object result;
    try {
      result =
          next == null
              ? code(supplier, asOutcome)
              : next.call(supplier, nowNanos, watch, frame, asOutcome);
    } catch (Throwable error) {
      signals.ended(error);
      if (!(error instanceof RejectedException)) {
        took(nowNanos);
      }
      throw error;
    }
    if (asOutcome && result instanceof Outcome.Rejected<?>) {
      signals.refused();
    } else {
      signals.ended(null);
      took(nowNanos);
    }
    return result;
  }

  private void took(long beganNanos) {
    if (signals.timed()) {
      signals.took(time.nanoTime() - beganNanos);
    }
  }
}
