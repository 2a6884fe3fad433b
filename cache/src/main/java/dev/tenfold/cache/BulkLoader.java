// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.util.Map;
import java.util.Set;

/**
 * Where a cache's values come from, many at a time.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
@FunctionalInterface
public interface BulkLoader<K, V> {

  /**
   * Reads the present values from the source.
   *
   * @param keys what to read; at least one, unmodifiable
   * @return what the source has; a key left out, or mapped to null, has no value and is not cached;
   *     a key that was not asked for is ignored
   * @throws Exception if the source cannot be read: it counts as the failure of every key
   */
  Map<K, V> loadAll(Set<K> keys) throws Exception;
}
