// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/** A gate that is not of this module. What it throws where it must not is counted. */
final class ForeignGate extends PipelineGate {
  private final Gate gate;
  private final UserCodeFaults faults;

  private ForeignGate(Gate gate, UserCodeFaults faults) {
    this.gate = gate;
    this.faults = faults;
  }

  /** Returns the gate itself if it is of this module, or wraps it. */
  static PipelineGate pipelineGate(Gate gate, UserCodeFaults faults) {
    return gate instanceof PipelineGate own ? own : new ForeignGate(gate, faults);
  }

  @Override
  Gate gate() {
    return gate;
  }

  @Override
  boolean userCodeAtEntry() {
    return true;
  }

  @Override
  boolean userCodeAtExit(@Nullable Verdict fixed) {
    return true;
  }

  @Override
  long admit(long nowNanos) {
    long answer;
    try {
      answer = gate.enter(nowNanos);
    } catch (Throwable thrown) {
      throw new GateFailure(thrown);
    }
    return Refusal.is(answer) ? refused(answer) : answer;
  }

  private long refused(long answer) {
    long now = faults.nowOr(0);
    try {
      if (answer == Gate.REFUSED) {
        return Refusal.of(RefusalKind.GATE_REFUSED, gate.retryAfterNanos(now));
      }
      // To wait for 146 years or more is no way to be let in.
      gate.exit(answer, now, now, Verdict.ABANDONED);
    } catch (Throwable fault) {
      faults.report(answer == Gate.REFUSED ? "retryAfter" : "exit", fault);
    }
    return answer == Gate.REFUSED
        ? answer
        : Refusal.of(RefusalKind.WAIT_TOO_LONG, Refusal.MAX_AFTER_NANOS);
  }

  @Override
  void exit(
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    gate.exit(permit, beganNanos, nowNanos, fixed == null ? judged(value, error) : fixed);
  }

  private Verdict judged(@Nullable Object value, @Nullable Throwable error) {
    Verdict verdict = null;
    try {
      verdict = faults.checked("judge", gate.judge(value, error));
    } catch (Throwable fault) {
      faults.report("judge", fault);
    }
    if (verdict != null) {
      return verdict;
    }
    return error == null ? Verdict.SUCCESS : Verdict.FAILURE;
  }
}
