// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * A timeout that the deadline of the caller ended before its own duration was over. The end of such
 * an attempt says something about the backend only if the backend was given enough time.
 *
 * @param nanos the time that the deadline left to the timeout
 * @param ownNanos the timeout's own duration
 */
record ClippedTimeout(long nanos, long ownNanos) {

  /** Whether the attempt had at least half of the time after which the gate counts it as failed. */
  boolean isFailureFor(PipelineGate gate) {
    return 2 * nanos >= Math.min(ownNanos, gate.slowNanos());
  }
}
