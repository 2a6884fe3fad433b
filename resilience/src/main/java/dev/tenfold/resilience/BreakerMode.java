// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/** The mode of a {@link CircuitBreaker}: whether it changes its state by what it counts. */
public enum BreakerMode {
  /** The breaker opens and closes by what it counts. */
  AUTOMATIC(BreakerState.CLOSED),
  /** Every call is refused. */
  FORCED_OPEN(BreakerState.FORCED_OPEN),
  /** Every call is admitted, and none is counted. */
  DISABLED(BreakerState.DISABLED),
  /**
   * A dry run. Every call is admitted and counted, and the breaker reports when it would have
   * opened. After such a report the breaker counts nothing in its window for the time for which it
   * would have been open. Then it starts again with an empty window.
   */
  METRICS_ONLY(BreakerState.METRICS_ONLY);

  /** The first state of the mode. */
  final BreakerState state;

  BreakerMode(BreakerState state) {
    this.state = state;
  }
}
