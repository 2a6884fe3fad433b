// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;

/** How a blocking call waits where an entrance did not answer with a permit. */
record Waits(TimeSource time, Faults faults) {

  /** Returns the entrance of a gate. */
  Entrance to(Gate gate) {
    return gate instanceof Entrance entrance ? entrance : new OtherGate(gate, time, faults);
  }

  /**
   * Waits on the calling thread.
   *
   * @param answer a reservation or a refusal
   * @param enteredNanos the time it was given
   * @return what to exit with, below 0 if there was a wait, or a refusal
   * @throws RejectedException if the deadline ends before the reservation
   * @throws CallInterruptedException if the thread is interrupted; nothing is held then
   */
  long waited(Entrance entrance, long answer, long enteredNanos) {
    if (!Refusal.is(answer)) {
      reserve(entrance, answer, enteredNanos);
      return answer;
    }
    if (!(entrance instanceof Bulkhead bulkhead) || bulkhead.maxWaitNanos() == 0) {
      return answer;
    }
    try {
      long permit = bulkhead.await(Deadline.clipNanos(bulkhead.maxWaitNanos()));
      if (Refusal.is(permit)) {
        bulkhead.countRefused();
      }
      return permit;
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(bulkhead.name(), interrupt);
    }
  }

  private void reserve(Entrance entrance, long answer, long enteredNanos) {
    long nanos = -answer;
    if (Deadline.clipNanos(nanos) < nanos) {
      abandon(entrance, answer, enteredNanos);
      throw entrance.hopeless(nanos);
    }
    try {
      time.sleep(nanos);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      abandon(entrance, answer, enteredNanos);
      throw new CallInterruptedException(entrance.gate().name(), interrupt);
    } catch (Throwable broken) {
      abandon(entrance, answer, enteredNanos);
      throw broken;
    }
  }

  private void abandon(Entrance entrance, long reservation, long enteredNanos) {
    entrance.handBack(reservation, enteredNanos);
    long now = time.nanoTime();
    entrance.exit(faults, reservation, now, now, Verdict.ABANDONED, null, null);
  }
}
