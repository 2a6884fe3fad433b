// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/** The state of a {@link CircuitBreaker}: whether calls are admitted, and whether they count. */
public enum BreakerState {
  /** Every call is admitted and counted. */
  CLOSED("closed", 0),
  /** A few probes are admitted. Their results decide. */
  HALF_OPEN("half-open", 1),
  /** Every call is refused. */
  OPEN("open", 2),
  /** The probes have succeeded. A growing share of the calls is admitted and counted. */
  RAMPING("ramping", 3),
  /** Every call is refused until somebody switches the breaker. */
  FORCED_OPEN("forced-open", 4),
  /** Every call is admitted and none is counted. */
  DISABLED("disabled", 5),
  /** Every call is admitted and counted. Openings are only reported. */
  METRICS_ONLY("metrics-only", 6);

  /** The state in messages and in the tags of telemetry events. */
  final String text;

  /** The value of the telemetry gauge: part of the telemetry's contract, so never the ordinal. */
  final int code;

  BreakerState(String text, int code) {
    this.text = text;
    this.code = code;
  }
}
