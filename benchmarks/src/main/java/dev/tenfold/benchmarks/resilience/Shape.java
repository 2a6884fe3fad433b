// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

/** A composition of policies, alike for all contenders that offer it. No limit is ever reached. */
public enum Shape {
  /** A breaker that remembers the last 100 calls. */
  BREAKER_CALLS,
  /** The same, and it watches slow calls. */
  BREAKER_CALLS_SLOW,
  /** A breaker that remembers the last 10 s. */
  BREAKER_TIME,
  /** The same, and it watches slow calls. */
  BREAKER_SLOW,
  /** A bulkhead of 100 permits without waiting. */
  BULKHEAD,
  /** A retry with the default number of attempts of the library. */
  RETRY,
  /** A rate limiter of 10^9 permits per second. */
  RATE_LIMITER,
  /** A timeout of one second that interrupts. */
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
  /** The same; the call returns the refusal instead of throwing it. */
  OPEN_UNTHROWN;

  /** Returns the exception for a contender without this shape. */
  IllegalArgumentException notMeasured() {
    return new IllegalArgumentException("this contender is not measured as " + this);
  }
}
