// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.util.Map;
import java.util.Set;

/**
 * Loads several values of a cache from their source in one call, such as one query of a database.
 *
 * <pre>{@code
 * BulkLoader<Long, User> loader = ids -> dao.findAll(ids);
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
public interface BulkLoader<K, V> {

  /**
   * Reads the current values from the source. May block.
   *
   * @param keys the keys; at least one; unmodifiable
   * @return the values by key. A key that is missing, or mapped to null, has no value and is not
   *     cached. Other keys than those asked for are ignored
   * @throws Exception if the source cannot be read: the load of every key in {@code keys} fails
   */
  Map<K, V> loadAll(Set<K> keys) throws Exception;
}
