// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/** The waits of a blocking call: for a reservation, or in the queue of a bulkhead. */
record BlockingWait(TimeSource time, UserCodeFaults faults) {

  /**
   * Waits on the calling thread, if the answer of a gate asks for it.
   *
   * @param answer a reservation or a refusal
   * @param enteredNanos the time given to the gate
   * @param watch the innermost timeout further out
   * @return the permit to exit with, less than 0 after a wait; or a refusal
   * @throws CallInterruptedException if the thread is interrupted; no permit is held then
   */
  long waited(PipelineGate gate, long answer, long enteredNanos, @Nullable BlockingTimeout watch) {
    if (!Refusal.is(answer)) {
      return reserve(gate, answer, enteredNanos, watch);
    }
    return gate instanceof Bulkhead bulkhead ? bulkhead.waited(answer) : answer;
  }

  private long reserve(
      PipelineGate gate, long answer, long enteredNanos, @Nullable BlockingTimeout watch) {
    long nanos = -answer;
    try {
      if (Deadline.clipNanos(nanos) < nanos || BlockingTimeout.leftNanos(watch, time) <= nanos) {
        abandon(gate, answer, enteredNanos);
        gate.countRefused();
        return Refusal.of(RefusalKind.WAIT_TOO_LONG, nanos);
      }
      time.sleep(nanos);
      return answer;
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      abandon(gate, answer, enteredNanos);
      throw new CallInterruptedException(gate.gate().name(), interrupt);
    } catch (Throwable broken) {
      abandon(gate, answer, enteredNanos);
      throw broken;
    }
  }

  private void abandon(PipelineGate gate, long reservation, long enteredNanos) {
    gate.handBack(reservation, enteredNanos);
    long now = faults.nowOr(enteredNanos);
    gate.exitReporting(faults, reservation, now, now, Verdict.ABANDONED, null, null);
  }
}
