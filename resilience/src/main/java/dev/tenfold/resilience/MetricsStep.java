// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/** The outermost step of a pipeline with telemetry: it counts and times calls. */
final class MetricsStep extends Step {
  private final PipelineMetrics metrics;
  private final TimeSource time;

  MetricsStep(PipelineMetrics metrics, TimeSource time, @Nullable Step next) {
    super(next);
    this.metrics = metrics;
    this.time = time;
  }

  @Override
  <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      boolean asOutcome)
      throws X {
    Object result;
    try {
      result =
          next == null
              ? code(supplier, asOutcome)
              : next.call(supplier, nowNanos, watch, times, asOutcome);
    } catch (Throwable error) {
      Throwable seen = GateFailure.unwrapped(error);
      metrics.ended(seen);
      if (!PipelineMetrics.refused(seen)) {
        took(nowNanos);
      }
      throw error;
    }
    if (asOutcome && result instanceof Outcome.Rejected<?>) {
      metrics.refused();
    } else {
      metrics.ended(null);
      took(nowNanos);
    }
    return result;
  }

  private void took(long beganNanos) {
    if (metrics.timed()) {
      metrics.took(time.nanoTime() - beganNanos);
    }
  }
}
