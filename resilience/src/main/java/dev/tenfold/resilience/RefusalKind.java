// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;

/**
 * Why a policy of this module refused a call. A service that limits the requests of each caller by
 * a {@link RateLimiter} answers:
 *
 * <pre>{@code
 * int status(RejectedException refusal) {
 *   if (refusal.kind() instanceof RefusalKind kind) {
 *     return switch (kind) {
 *       case RATE_LIMITED, WAIT_TOO_LONG -> 429;
 *       default -> 503;
 *     };
 *   }
 *   return 503;
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> Every {@link RejectedException} and {@link
 * dev.tenfold.core.Outcome.Rejected} that a {@link Pipeline}, {@link KeyedPolicies} or {@link
 * Bulkhead#acquire} creates has one of these kinds; {@link RejectedException#policy} names the
 * policy. <b>No guarantees.</b> A later version may add kinds: give a {@code switch} a {@code
 * default}.
 */
public enum RefusalKind implements RejectedException.Kind {
  /** A {@link Gate} of another module refused. */
  GATE_REFUSED("the gate refused the call"),
  /** The {@link CircuitBreaker} is open. */
  BREAKER_OPEN("the circuit breaker is open"),
  /** The breaker is half-open, and all places for probes are taken. */
  BREAKER_HALF_OPEN("the circuit breaker is half-open and all its probes are in flight"),
  /** The breaker ramps up, and this call is not among the share that it admits. */
  BREAKER_RAMPING("the circuit breaker is ramping up and admits only a share of the calls"),
  /** The breaker was switched to {@link BreakerMode#FORCED_OPEN}. */
  BREAKER_FORCED_OPEN("the circuit breaker was forced open"),
  /** The {@link Bulkhead} is full, and calls may not wait. */
  BULKHEAD_FULL("the bulkhead is full"),
  /** The bulkhead is full, and so is its queue. */
  BULKHEAD_QUEUE_FULL("the bulkhead and its queue are full"),
  /** No permit of the bulkhead came free within {@code maxWait}. */
  BULKHEAD_WAITED_TOO_LONG("no permit of the bulkhead came free within maxWait"),
  /** The rate of the {@link RateLimiter} is exceeded, and calls may not wait. */
  RATE_LIMITED("the rate limit is exceeded"),
  /**
   * The call would have to wait longer than it may: longer than the {@code maxWait} of the {@link
   * RateLimiter}, or until after the end of the deadline or of a {@link Timeout} further out.
   */
  WAIT_TOO_LONG("the wait for a permit exceeds maxWait, the deadline or an outer timeout"),
  /** The deadline ended before the call began, or while a later attempt waited. */
  DEADLINE_ENDED("the deadline has ended"),
  /** All places of {@link KeyedPolicies} are taken, and no key is idle. */
  KEYS_FULL("all places for keys are taken and no key is idle");

  private final String reason;

  RefusalKind(String reason) {
    this.reason = reason;
  }

  @Override
  public String reason() {
    return reason;
  }
}
