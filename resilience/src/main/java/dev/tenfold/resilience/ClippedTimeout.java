// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * A timeout that the deadline of the caller ends before its own duration is over. The end of such
 * an attempt says something about the backend only if the attempt ran for long enough.
 *
 * @param leftNanos the time that the deadline left to the timeout
 * @param ownNanos the timeout's own duration
 */
record ClippedTimeout(long leftNanos, long ownNanos) {

  /** Whether an attempt ran for half of the time after which the gate counts it as failed. */
  boolean isFailureFor(PipelineGate gate, long ranNanos) {
    long late = Math.min(ownNanos, gate.slowNanos());
    return ranNanos >= late - late / 2;
  }
}
