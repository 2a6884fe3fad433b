// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store of bytes with expiry that several processes share: the SPI of the remote tier. {@code
 * RedisStore} in the subpackage {@code redis} is the implementation for Redis.
 *
 * <p><b>Guarantees.</b> Of an implementation:
 *
 * <ul>
 *   <li>It is thread-safe, and keeps no array that it was given after the call has returned, and
 *       hands out no array that it keeps.
 *   <li>A method blocks until the store has answered. If the store cannot answer, or does not
 *       answer within the time limit of the implementation, the method throws an unchecked
 *       exception. An open {@link dev.tenfold.core.Deadline} shortens the time limit.
 *   <li>A write or removal that has returned has taken effect for every client of the store. The
 *       calls of one thread take effect in the order in which the thread makes them: a removal
 *       comes after a write that was given up, while the connection lasts.
 *   <li>A read asks the store. An implementation keeps no values of its own.
 *   <li>Keys and values are any bytes. An empty value is a value. Reading does not prolong a ttl.
 *   <li>Its tests extend the published {@code RemoteStoreContract}.
 * </ul>
 *
 * <p><b>No guarantees.</b> A write that threw may have happened, or may happen yet. A read that
 * threw says nothing about the key. A store may forget a value before its expiry. A cache does not
 * close its store: the store belongs to its creator.
 */
public interface RemoteStore {

  /**
   * Reads one value.
   *
   * @param key the name of the value
   * @return the bytes, or null if there is no value or it has expired
   */
  byte @Nullable [] get(byte[] key);

  /**
   * Reads several values in as few round trips as the store allows.
   *
   * @param keys the names of the values, all different
   * @return a list of the same length and order as {@code keys}, with null where {@link #get} would
   *     return null
   */
  List<byte @Nullable []> getAll(List<byte[]> keys);

  /**
   * Writes several values in as few round trips as the store allows. An entry replaces the present
   * value and its expiry. Not atomic: if the method throws, some values may have been written.
   *
   * @param entries the entries to write
   */
  void putAll(List<RemoteEntry> entries);

  /**
   * Removes one value. Without effect if there is none.
   *
   * @param key the name of the value
   */
  void delete(byte[] key);
}
