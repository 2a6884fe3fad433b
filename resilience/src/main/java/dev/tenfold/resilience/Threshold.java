// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/** When the counts of a window mean that the breaker must open. A slow rate above 1 means never. */
record Threshold(double failureRate, double slowRate, int minimumCalls) {

  boolean watchesSlow() {
    return slowRate <= 1;
  }

  /** Whether a rate is reached, however few the calls. */
  boolean reached(long calls, long failures, long slow) {
    return (failures > 0 && failures >= failureRate * calls)
        || (slow > 0 && slow >= slowRate * calls);
  }

  boolean enough(long calls) {
    return calls >= minimumCalls;
  }
}
