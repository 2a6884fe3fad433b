// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import org.jspecify.annotations.Nullable;

/**
 * The answer of the remote tier for one key.
 *
 * @param value null unless found
 * @param fillable whether a loaded value may be written to the store. False if a newer version of
 *     the program wrote the present value, if the store just failed to answer, or if the key is too
 *     long for the store
 */
record RemoteLookup<V>(@Nullable V value, boolean fillable) {
  static <V> RemoteLookup<V> hit(V value) {
    return new RemoteLookup<>(value, false);
  }

  static <V> RemoteLookup<V> miss() {
    return new RemoteLookup<>(null, true);
  }

  /** Returns a miss after which nothing is written to the store. */
  static <V> RemoteLookup<V> bypass() {
    return new RemoteLookup<>(null, false);
  }
}
