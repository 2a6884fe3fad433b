// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * The counters of a {@link CircuitBreaker}, over all states. Late and ignored results do not count.
 * The counters are read one after the other while calls go on.
 *
 * @param windowCalls the number of calls in the window; 0 in a state without a window
 * @param windowFailures the number of failed calls in the window
 * @param windowSlow the number of slow calls in the window
 * @param successes the number of successes since the breaker was built
 * @param failures the number of failures since the breaker was built
 * @param slow the number of slow calls; 0 without {@link CircuitBreaker.Builder#slowCalls}
 * @param refused the number of refused calls
 * @param opened the number of openings
 * @param wouldOpen the number of openings that mode {@link BreakerMode#METRICS_ONLY} only reported
 * @param late the number of results that arrived after the episode of their call and were dropped
 * @param faults the number of throws of a classifier, signal, listener, backoff or window
 */
public record BreakerCounts(
    long windowCalls,
    long windowFailures,
    long windowSlow,
    long successes,
    long failures,
    long slow,
    long refused,
    long opened,
    long wouldOpen,
    long late,
    long faults) {}
