// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import org.jspecify.annotations.Nullable;

/**
 * What the remote tier has for a key.
 *
 * @param value null unless found
 * @param fill whether a loaded value may be written: not over what a newer version of the program
 *     wrote, and not to a store that just failed to answer
 */
record Lookup<V>(@Nullable V value, boolean fill) {
  static <V> Lookup<V> hit(V value) {
    return new Lookup<>(value, false);
  }

  static <V> Lookup<V> miss() {
    return new Lookup<>(null, true);
  }

  static <V> Lookup<V> leaveAlone() {
    return new Lookup<>(null, false);
  }
}
