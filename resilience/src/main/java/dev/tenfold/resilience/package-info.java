/**
 * Policies against failing and slow backends, and the pipeline that composes them.
 *
 * <p>The entry type is {@link dev.tenfold.resilience.Pipeline}. A pipeline composes two kinds of
 * policies. Gates admit a call and are told how it ended: {@link
 * dev.tenfold.resilience.CircuitBreaker}, {@link dev.tenfold.resilience.Bulkhead}, {@link
 * dev.tenfold.resilience.RateLimiter}, and custom ones, which implement {@link
 * dev.tenfold.resilience.Gate}. {@link dev.tenfold.resilience.Retry} repeats a call, and {@link
 * dev.tenfold.resilience.Timeout} ends it. A {@link dev.tenfold.resilience.Fallback} is an argument
 * of the call. {@link dev.tenfold.resilience.KeyedPolicies} holds one pipeline per host or tenant,
 * in a bounded number.
 *
 * <p>All policies judge the end of a call by a {@link dev.tenfold.resilience.Verdict}. A breaker
 * counts a {@code FAILURE}, and a retry repeats it. A refusal by a policy, an interrupt and a
 * cancellation are no failures.
 *
 * <p>Policies are thread-safe and can be shared between pipelines. Time comes from one {@link
 * dev.tenfold.core.TimeSource}, so tests need not wait. The package does not log. Counters are read
 * through accessors or through {@link dev.tenfold.core.Telemetry}.
 */
@NullMarked
package dev.tenfold.resilience;

import org.jspecify.annotations.NullMarked;
