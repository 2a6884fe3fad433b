// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;
import org.jspecify.annotations.Nullable;

/**
 * A gate as a pipeline uses it: one call on the way in, which answers all there is to know, and one
 * on the way out, which judges too. The gates of this module extend this class: a call of a class
 * is cheaper than one of an interface with many implementations.
 */
abstract class PipelineGate {

  /** Who this is. */
  abstract Gate gate();

  /**
   * Asks for admission.
   *
   * @param nowNanos the pipeline's clock, if asked for
   * @return a permit, a reservation or a {@link Refusal}
   * @throws GateFailure if the gate threw
   */
  abstract long admit(long nowNanos);

  /**
   * Tells how an admitted call ended.
   *
   * @param fixed the verdict, if it is not the gate's to judge
   * @param value what the call returned; null too if it threw
   * @param error what the call threw, {@linkplain CallErrors#unwrapped unwrapped}; null if it
   *     returned
   */
  abstract void exit(
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error);

  /** Whether {@link #admit} may run user code, which the timer must not run. */
  boolean userCodeAtEntry() {
    return false;
  }

  /**
   * Whether {@link #exit} may run user code, which the timer must not run.
   *
   * @param fixed as in {@link #exit}
   */
  boolean userCodeAtExit(@Nullable Verdict fixed) {
    return false;
  }

  /** Exits, and counts a throw of the gate. */
  final void exitReporting(
      UserCodeFaults faults,
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    try {
      exit(permit, beganNanos, nowNanos, fixed, value, error);
    } catch (Throwable fault) {
      faults.report("exit", fault);
    }
  }

  /** Hands back a reservation whose wait ended early, before its exit: its time is free again. */
  void handBack(long reservation, long enteredNanos) {}

  /** Returns the duration from which on the gate counts a call as failed, however it ends. */
  long slowNanos() {
    return Long.MAX_VALUE;
  }

  /** Counts a call that was refused after all, because of a wait. */
  void countRefused() {}

  /** Returns the exception of a {@link Refusal}. */
  final RejectedException refusal(long answer) {
    return new RejectedException(gate().name(), Refusal.kind(answer), Refusal.afterNanos(answer));
  }
}
