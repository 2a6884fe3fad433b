// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import org.jspecify.annotations.Nullable;

/**
 * Loads one value of a cache from its source, such as a database.
 *
 * <pre>{@code
 * CacheLoader<Long, User> loader = id -> dao.find(id);
 * }</pre>
 *
 * <p><b>Guarantees.</b> A key is never loaded twice at the same time in one process, unless it was
 * invalidated during the first load. An exception is not cached.
 *
 * <p><b>No guarantees.</b> Loads of different keys run at the same time: an implementation is
 * thread-safe. The number of concurrent loads is not bounded.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface CacheLoader<K, V> {

  /**
   * Reads the current value from the source. Runs on the thread of a caller, or on the executor of
   * the cache for {@code getAsync}. May block.
   *
   * @param key the key
   * @return the value, or null if the source has none; null is not cached
   * @throws Exception if the source cannot be read: every caller that waits for this load gets the
   *     exception, and the exception is not cached
   */
  @Nullable V load(K key) throws Exception;
}
