// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

/**
 * What a cache counted since it was built. Every key that was asked for is one of memory hit,
 * remote hit, miss and coalesced; if the call failed it may be none of them.
 *
 * <p>Read one after the other while others count: the parts may be a few calls apart.
 *
 * @param memoryHits keys found in memory
 * @param remoteHits keys found in the remote store
 * @param misses keys found in neither, which were loaded
 * @param coalesced keys that another call was already fetching, whose outcome was shared
 * @param loads calls of the loader, or of the bulk loader for any number of keys
 * @param loadFailures calls of those that threw
 * @param remoteErrors calls of the remote store that failed, and values that the codec could not
 *     encode, which are not written; with the breaker closed, look at the codec first
 * @param remoteRefusals calls of the remote store that its open breaker refused
 * @param remoteUnusable values in the remote store that could not be read and counted as absent
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
