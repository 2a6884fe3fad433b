/**
 * Policies against failing and slow backends, and the pipeline that composes them.
 *
 * <p>Start with {@link dev.tenfold.resilience.Pipeline}. Two kinds of policy go in: gates, which
 * admit a call and hear how it ended ({@link dev.tenfold.resilience.CircuitBreaker}, {@link
 * dev.tenfold.resilience.Bulkhead}, {@link dev.tenfold.resilience.RateLimiter}, and your own:
 * {@link dev.tenfold.resilience.Gate}), and the two that repeat or end a call ({@link
 * dev.tenfold.resilience.Retry}, {@link dev.tenfold.resilience.Timeout}). A {@link
 * dev.tenfold.resilience.Fallback} is given at the call. {@link
 * dev.tenfold.resilience.KeyedPolicies} gives every host or tenant a pipeline of its own, in
 * bounded number.
 *
 * <p>One word runs through all of them: the {@link dev.tenfold.resilience.Verdict} on how a call
 * ended. What a breaker counts and a retry repeats is a {@code FAILURE}; a refusal by a policy, an
 * interrupt and a cancellation are not.
 *
 * <p>Policies are thread-safe and meant to be shared between pipelines. Time comes from one {@link
 * dev.tenfold.core.TimeSource}, so that all of it can be tested without waiting. Nothing here logs;
 * counters are pulled, by accessors or by {@link dev.tenfold.core.Telemetry}.
 */
@NullMarked
package dev.tenfold.resilience;

import org.jspecify.annotations.NullMarked;
