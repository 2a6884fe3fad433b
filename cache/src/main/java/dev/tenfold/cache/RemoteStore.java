// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store of bytes with expiry, shared by many processes: the SPI behind the remote tier.
 *
 * <p>Every method blocks until the store has answered, and throws an unchecked exception if it
 * cannot or does not within the store's own time limit, which is also clipped by an open {@link
 * dev.tenfold.core.Deadline}. A write that threw may have happened, and a read that threw says
 * nothing. What one thread does after its call returned takes effect after that call.
 *
 * <p>Implementations are thread-safe, keep no array they were given after the call, and extend the
 * published {@code RemoteStoreContract} in their tests. The store belongs to whoever made it: a
 * cache does not close it.
 */
public interface RemoteStore {

  /**
   * Reads one value.
   *
   * @param key its name
   * @return the bytes, or null if there are none or they have expired
   */
  byte @Nullable [] get(byte[] key);

  /**
   * Reads several values, in as few round trips as the store allows.
   *
   * @param keys their names, all different
   * @return a list as long as {@code keys} and in its order, null where {@link #get} would return
   *     null
   */
  List<byte @Nullable []> getAll(List<byte[]> keys);

  /**
   * Writes several values, in as few round trips as the store allows. Not atomic: if it throws,
   * some may have been written.
   *
   * @param entries what to write; a value that is there is replaced, expiry included
   */
  void putAll(List<RemoteEntry> entries);

  /**
   * Removes one value.
   *
   * @param key its name; nothing happens if there is no value
   */
  void delete(byte[] key);
}
