// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Latency;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The golden signals of one pipeline: what callers see, retries and waiting included. */
final class PipelineMetrics {
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final Latency latency;
  private final UserCodeFaults faults;

  PipelineMetrics(Telemetry telemetry, String name, UserCodeFaults faults) {
    this.faults = faults;
    Tags tags = Tags.of("name", name);
    this.latency = telemetry.latency("tenfold.resilience.pipeline.latency", tags);
    telemetry.counter("tenfold.resilience.pipeline.calls", tags, calls::get);
    telemetry.counter("tenfold.resilience.pipeline.failures", tags, failures::get);
    telemetry.counter("tenfold.resilience.pipeline.refused", tags, refused::get);
  }

  /** Returns whether the telemetry listens to durations. */
  boolean timed() {
    try {
      return latency.enabled();
    } catch (Throwable fault) {
      faults.report("latency", fault);
      return false;
    }
  }

  /** Whether a policy refused the call, or refused another call on which this one waited. */
  static boolean refused(@Nullable Throwable error) {
    return error != null && CallErrors.unwrapped(error) instanceof RejectedException;
  }

  void refused() {
    calls.getAndIncrement();
    refused.getAndIncrement();
  }

  /** Counts a call that the caller cancelled: neither a failure nor a refusal. */
  void cancelled() {
    calls.getAndIncrement();
  }

  void ended(@Nullable Throwable error) {
    calls.getAndIncrement();
    if (refused(error)) {
      refused.getAndIncrement();
    } else if (error != null) {
      failures.getAndIncrement();
    }
  }

  /** Records the duration of a call that was not refused. */
  void took(long nanos) {
    try {
      latency.record(nanos);
    } catch (Throwable fault) {
      faults.report("latency", fault);
    }
  }
}
