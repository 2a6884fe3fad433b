// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/** Who decides about the state of a {@link CircuitBreaker}. */
public enum BreakerMode {
  /** The breaker: it opens and closes by what it counts. */
  AUTOMATIC(Episode.Phase.CLOSED),
  /** The operator: every call is refused. */
  FORCED_OPEN(Episode.Phase.FORCED_OPEN),
  /** The operator: every call is let in, and nothing is counted. */
  DISABLED(Episode.Phase.DISABLED),
  /**
   * Nobody, a dry run: every call is let in, and the breaker counts and reports when it would have
   * opened. After that it judges nothing for as long as it would have been open, and begins anew.
   */
  METRICS_ONLY(Episode.Phase.METRICS_ONLY);

  /** Where the mode begins. */
  final Episode.Phase phase;

  BreakerMode(Episode.Phase phase) {
    this.phase = phase;
  }
}
