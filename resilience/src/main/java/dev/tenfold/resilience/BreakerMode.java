// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/** Who decides about the state of a {@link CircuitBreaker}. */
public enum BreakerMode {
  /** The breaker: it opens and closes by what it counts. */
  AUTOMATIC(BreakerState.CLOSED),
  /** The operator: every call is refused. */
  FORCED_OPEN(BreakerState.FORCED_OPEN),
  /** The operator: every call is let in, and nothing is counted. */
  DISABLED(BreakerState.DISABLED),
  /**
   * Nobody, a dry run: every call is let in, and the breaker counts and reports when it would have
   * opened. After that it judges nothing for as long as it would have been open, and begins anew.
   */
  METRICS_ONLY(BreakerState.METRICS_ONLY);

  /** Where the mode begins. */
  final BreakerState state;

  BreakerMode(BreakerState state) {
    this.state = state;
  }
}
