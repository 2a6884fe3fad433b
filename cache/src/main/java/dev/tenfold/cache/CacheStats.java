// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

/**
 * The counters of a cache since it was built.
 *
 * <p><b>Guarantees.</b> Every key of a call that returned is counted exactly once: as a memory hit,
 * a remote hit, a miss or coalesced. No counter falls.
 *
 * <p><b>No guarantees.</b> A key of a call that failed may be counted in none of them. The counters
 * are read one after the other while other threads count, so they may be a few calls apart.
 *
 * <p>Immutable.
 *
 * @param memoryHits keys found in memory
 * @param remoteHits keys found in the remote store
 * @param misses keys found in neither tier, and therefore loaded
 * @param coalesced keys that another call was already reading, and whose outcome was shared
 * @param loads calls of the loader, and calls of the bulk loader for any number of keys
 * @param loadFailures calls of a loader that threw
 * @param remoteErrors calls of the remote store that failed, and values that the codec could not
 *     encode, which are not written. While the breaker is closed, look at the codec first
 * @param remoteRefusals calls of the remote store that its open breaker refused
 * @param remoteUnusable values in the remote store that could not be read, and counted as absent
 * @param remoteOversized keys or values that were too large for the remote store
 */
public record CacheStats(
    long memoryHits,
    long remoteHits,
    long misses,
    long coalesced,
    long loads,
    long loadFailures,
    long remoteErrors,
    long remoteRefusals,
    long remoteUnusable,
    long remoteOversized) {}
