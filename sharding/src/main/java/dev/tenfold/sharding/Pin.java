// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Objects;

/**
 * A key that lives in a shard of its own choice, wherever its slot lives: a tenant on its own
 * database, a hot key moved away from its neighbours.
 *
 * <p>Immutable.
 */
public final class Pin {
  private final CanonicalKey key;
  private final ShardId shard;

  Pin(CanonicalKey key, ShardId shard) {
    this.key = key;
    this.shard = shard;
  }

  /**
   * Returns the key in the bytes that {@link dev.tenfold.core.StableHash#canonical} gives it.
   *
   * @return 0 to 128 bytes, a new array; as a {@code byte[]} key it is the same key
   */
  public byte[] canonical() {
    return key.bytes();
  }

  /**
   * Returns the shard.
   *
   * @return where the key lives
   */
  public ShardId shard() {
    return shard;
  }

  /**
   * Returns the key for people. Canonical bytes do not say of which type a key was, so this is a
   * guess: UTF-8 without control and format characters, line and paragraph separators is text; of
   * all else 8 bytes are an integer and 16 a UUID.
   *
   * @return text in quotes, a number, a UUID, or hexadecimal bytes
   */
  public String key() {
    return key.toString();
  }

  CanonicalKey exactKey() {
    return key;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Pin pin && key.equals(pin.key) && shard.equals(pin.shard);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, shard);
  }

  @Override
  public String toString() {
    return key + " -> " + shard;
  }
}
