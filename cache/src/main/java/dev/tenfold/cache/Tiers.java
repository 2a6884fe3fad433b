// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one cache that a read goes through, in this order: memory, remote store, loaders.
 *
 * @param cache the name of the cache
 * @param remote null if the cache has no remote store
 */
record Tiers<K, V>(
    String cache,
    Cache<K, V> memory,
    @Nullable RemoteTier<K, V> remote,
    Loaders<K, V> loaders,
    CacheCounters counters,
    TimeSource time) {}
