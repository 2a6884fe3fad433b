// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gates and timeouts that an asynchronous call enters together: those outside the retry, once per
 * call, or those inside the retry, once per attempt. Immutable. {@link AsyncAttempt} keeps the
 * state of one passage.
 */
final class AsyncSegment {
  final String pipeline;
  final TimeSource time;
  private final UserCodeFaults faults;
  final boolean timeAtExit;
  final long shortestTimeoutNanos;
  private final @Nullable PipelineGate[] gates; // at each place either a gate
  private final @Nullable Timeout[] timeouts; // or a timeout

  /**
   * Creates a segment.
   *
   * @param shortestTimeoutNanos the shortest timeout of the segment and outside it; the largest
   *     value if there is none
   */
  AsyncSegment(
      String pipeline,
      List<Policy> policies,
      long shortestTimeoutNanos,
      TimeSource time,
      UserCodeFaults faults) {
    this.pipeline = pipeline;
    this.time = time;
    this.faults = faults;
    this.gates = new @Nullable PipelineGate[policies.size()];
    this.timeouts = new @Nullable Timeout[policies.size()];
    int needs = 0;
    for (int i = 0; i < gates.length; i++) {
      if (policies.get(i) instanceof Gate gate) {
        gates[i] = ForeignGate.pipelineGate(gate, faults);
        needs |= gate.needs();
      } else {
        timeouts[i] = (Timeout) policies.get(i);
      }
    }
    this.shortestTimeoutNanos = shortestTimeoutNanos;
    this.timeAtExit = (needs & (Gate.TIME_AT_EXIT | Gate.DURATION)) != 0;
  }

  /** Returns the time, or the fallback if the clock throws. */
  long nowOr(long fallback) {
    return faults.nowOr(fallback);
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

  /** Selects gates: all, those that run no user code at their exit (OWN), or the others (USERS). */
  enum Whose {
    ALL,
    OWN,
    USERS
  }

  /** The passage of one attempt through the segment, as the exits see it. */
  static final class Passage {
    private final long[] permits;
    private final int entered;
    private final boolean began;
    private final long beganNanos;
    private final AsyncResult<?> result;

    /**
     * Creates a passage.
     *
     * @param permits by place; not changed later
     * @param entered the number of places that were entered
     * @param began whether the guarded call began
     * @param beganNanos the time when the guarded call began
     * @param result with a reading of the clock, if {@link #timeAtExit}
     */
    Passage(long[] permits, int entered, boolean began, long beganNanos, AsyncResult<?> result) {
      this.permits = permits;
      this.entered = entered;
      this.began = began;
      this.beganNanos = beganNanos;
      this.result = result;
    }
  }

  /**
   * Exits the gates that were entered, innermost first. Throws nothing.
   *
   * @return whether gates that were not selected are left
   */
  boolean exit(Passage passage, Whose whose) {
    AsyncResult<?> result = passage.result;
    AsyncResult.Reading clock = result.clock();
    long now = clock == null ? 0 : clock.nanos();
    long beganNanos = passage.began ? passage.beganNanos : now;
    Throwable error = result.judgedError();
    boolean left = false;
    for (int i = passage.entered - 1; i >= 0; i--) {
      PipelineGate gate = gates[i];
      if (gate != null) {
        Verdict fixed = fixed(passage, error, i, gate);
        if (whose == Whose.ALL || gate.userCodeAtExit(fixed) == (whose == Whose.USERS)) {
          gate.exitReporting(
              faults, passage.permits[i], beganNanos, now, fixed, result.value(), error);
        } else {
          left = true;
        }
      }
    }
    return left;
  }

  /** Returns the verdict if the gate at this place does not classify the result, else null. */
  private @Nullable Verdict fixed(
      Passage passage, @Nullable Throwable error, int place, PipelineGate gate) {
    AsyncResult<?> result = passage.result;
    int firedAt = result.firedAt();
    boolean abandoned =
        !passage.began
            || result.cancelled()
            || CallErrors.abandons(error)
            || (error instanceof CallTimeoutException late && !isFailure(passage, late, gate));
    return abandoned ? Verdict.ABANDONED : place > firedAt ? Verdict.FAILURE : null;
  }

  /** Whether the gate counts this end as a failure of the backend. */
  private boolean isFailure(Passage passage, CallTimeoutException late, PipelineGate gate) {
    AsyncResult<?> result = passage.result;
    if (!late.deadlineEnded()) {
      return true;
    }
    if (late.ranLongEnough() && result.firedAt() != AsyncResult.FIRED_OUTSIDE) {
      return true;
    }
    AsyncResult.Reading clock = result.clock();
    return clock != null
        && ClippedTimeout.ranLongEnough(
            clock.nanos() - passage.beganNanos, Math.min(shortestTimeoutNanos, gate.slowNanos()));
  }
}
