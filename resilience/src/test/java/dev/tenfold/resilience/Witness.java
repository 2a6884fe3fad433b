// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * A gate that a pipeline takes for one of the module's own: it is entered and left where it falls
 * due, on the timer too, so that it sees what its neighbours do at the moment they do it.
 */
public final class Witness extends PipelineGate implements Gate {
  private final Gate gate;

  /**
   * Creates a witness.
   *
   * @param gate is asked and told, and throws nothing
   */
  public Witness(Gate gate) {
    this.gate = gate;
  }

  @Override
  Gate gate() {
    return gate;
  }

  @Override
  public String name() {
    return gate.name();
  }

  @Override
  public TimeSource timeSource() {
    return gate.timeSource();
  }

  @Override
  public int needs() {
    return gate.needs();
  }

  @Override
  public long enter(long nowNanos) {
    return gate.enter(nowNanos);
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    gate.exit(permit, beganNanos, nowNanos, verdict);
  }

  @Override
  long admit(long nowNanos) {
    return gate.enter(nowNanos);
  }

  @Override
  void exit(
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    Verdict verdict = error == null ? Verdict.SUCCESS : Verdict.FAILURE;
    gate.exit(permit, beganNanos, nowNanos, fixed == null ? verdict : fixed);
  }
}
