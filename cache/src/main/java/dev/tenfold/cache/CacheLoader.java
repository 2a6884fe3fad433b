// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import org.jspecify.annotations.Nullable;

/**
 * Where a cache's values come from.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface CacheLoader<K, V> {

  /**
   * Reads the present value from the source. Runs on the thread of a caller, or on the executor of
   * the cache for {@code getAsync}; never twice at a time for one key in one process.
   *
   * @param key what to read
   * @return the value, or null if the source has none; null is not cached
   * @throws Exception if the source cannot be read: every caller who waits for this load sees it,
   *     and it is not cached
   */
  @Nullable V load(K key) throws Exception;
}
