// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

/** Which policies, alike for every contender that has them. No limit is ever reached. */
public enum Shape {
  /** A breaker that remembers the last 100 calls. */
  BREAKER_CALLS,
  /** A breaker that remembers the last 10 s. */
  BREAKER_TIME,
  /** The same, and it watches slow calls. */
  BREAKER_SLOW,
  /** A bulkhead of 100 without waiting. */
  BULKHEAD,
  /** Up to the contender's usual number of attempts. */
  RETRY,
  /** A thousand million permits a second. */
  RATE_LIMITER,
  /** One second, ended by an interrupt. */
  TIMEOUT,
  /** Retry around breaker (last 100 calls) around bulkhead. */
  PIPELINE_CALLS,
  /** The same with the breaker of the last 10 s. */
  PIPELINE_TIME,
  /** The same with slow calls. */
  PIPELINE_SLOW,
  /** Retry around breaker (last 100 calls) around bulkhead around timeout. */
  PIPELINE_CALLS_TIMEOUT,
  /** The same with the breaker of the last 10 s. */
  PIPELINE_TIME_TIMEOUT,
  /** A breaker that is open for a day: every call throws a refusal. */
  OPEN,
  /** The same, asked in the way that does not throw. */
  OPEN_UNTHROWN;

  /** For a contender that does not have it. */
  IllegalArgumentException notMeasured() {
    return new IllegalArgumentException("this contender is not measured as " + this);
  }
}
