// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gates and timeouts that an asynchronous call enters together: those outside the retry, once per
 * call, or those inside it, once per attempt. Immutable; what happens to one call is kept by {@link
 * AsyncAttempt}.
 */
final class AsyncSegment {
  final String pipeline;
  final TimeSource time;
  private final UserCodeFaults faults;
  final boolean timeAtExit;
  private final @Nullable PipelineGate[] gates; // at each place either a gate
  private final @Nullable Timeout[] timeouts; // or a timeout

  AsyncSegment(String pipeline, List<Policy> policies, TimeSource time, UserCodeFaults faults) {
    this.pipeline = pipeline;
    this.time = time;
    this.faults = faults;
    this.gates = new @Nullable PipelineGate[policies.size()];
    this.timeouts = new @Nullable Timeout[policies.size()];
    int needs = 0;
    for (int i = 0; i < gates.length; i++) {
      if (policies.get(i) instanceof Gate gate) {
        gates[i] = ForeignGate.pipelineGate(gate, time, faults);
        needs |= gate.needs();
      } else {
        timeouts[i] = (Timeout) policies.get(i);
      }
    }
    this.timeAtExit = (needs & (Gate.TIME_AT_EXIT | Gate.DURATION)) != 0;
  }

  int length() {
    return gates.length;
  }

  @Nullable PipelineGate gate(int place) {
    return gates[place];
  }

  @Nullable Timeout timeout(int place) {
    return timeouts[place];
  }

  /**
   * Exits the gates of the first {@code entered} places, innermost first. Throws nothing.
   *
   * @param began whether the guarded call itself began
   * @param now the clock, if {@link #timeAtExit}
   */
  void exit(
      long[] permits,
      int entered,
      boolean began,
      long beganNanos,
      long now,
      AsyncResult<?> ending) {
    int firedAt = ending.firedAt();
    Throwable error = ending.judgedError();
    boolean abandoned =
        !began
            || ending.cancelled()
            || (firedAt == AsyncResult.NOT_FIRED && CallErrors.abandons(error));
    CallTimeoutException timeout = error instanceof CallTimeoutException late ? late : null;
    for (int i = entered - 1; i >= 0; i--) {
      PipelineGate gate = gates[i];
      if (gate != null) {
        Verdict fixed =
            abandoned || (timeout != null && !timeout.isFailureFor(gate))
                ? Verdict.ABANDONED
                : i > firedAt ? Verdict.FAILURE : null;
        gate.exitReporting(
            faults, permits[i], began ? beganNanos : now, now, fixed, ending.value(), error);
      }
    }
  }
}
