// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tenfold.cache.TieredCache;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The caches. Each creates a filled memory and loads no class of another. */
public enum Contender {
  /** Tenfold without Redis, with a time to live. */
  OURS,
  /** Caffeine, bounded, without expiry. */
  CAFFEINE,
  /** Caffeine, bounded, with expiry after a write. */
  CAFFEINE_EXPIRING,
  /** ConcurrentHashMap: no bound, no expiry. */
  MAP;

  private static final int MAX_ENTRIES = 10_000;
  private static final int VALUE_BYTES = 100;
  private static final Duration TTL = Duration.ofMinutes(10);

  Memory holding(String[] keys) {
    return switch (this) {
      case OURS -> ours(keys);
      case CAFFEINE -> filled(Caffeine.newBuilder().maximumSize(MAX_ENTRIES).build(), keys);
      case CAFFEINE_EXPIRING ->
          filled(
              Caffeine.newBuilder().maximumSize(MAX_ENTRIES).expireAfterWrite(TTL).build(), keys);
      case MAP -> filled(new ConcurrentHashMap<>(), keys);
    };
  }

  private static Memory ours(String[] keys) {
    TieredCache<String, byte[]> cache =
        TieredCache.<String, byte[]>builder("benchmark")
            .memory(memory -> memory.maxEntries(MAX_ENTRIES))
            .ttl(TTL)
            .loader(key -> new byte[VALUE_BYTES])
            .build();
    for (String key : keys) {
      cache.get(key);
    }
    return cache::get;
  }

  private static Memory filled(Cache<String, byte[]> cache, String[] keys) {
    for (String key : keys) {
      cache.put(key, new byte[VALUE_BYTES]);
    }
    return cache::getIfPresent;
  }

  private static Memory filled(ConcurrentMap<String, byte[]> map, String[] keys) {
    for (String key : keys) {
      map.put(key, new byte[VALUE_BYTES]);
    }
    return map::get;
  }
}
