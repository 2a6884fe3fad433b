// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * What a {@link CircuitBreaker} has counted, in all states; late and ignored results do not count.
 * Read one after the other while calls go on.
 *
 * @param windowCalls calls the window remembers; 0 where no window counts
 * @param windowFailures remembered calls that failed
 * @param windowSlow remembered calls that were slow
 * @param successes calls that succeeded, since the breaker was built
 * @param failures calls that failed
 * @param slow calls that were slow; 0 if slow calls are not watched
 * @param refused calls that were not let in
 * @param opened how often the breaker opened
 * @param wouldOpen how often it would have opened while it was only to report that
 * @param late results that came after the episode of their call and were dropped
 * @param faults how often a classifier, signal, listener, backoff or window threw
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
