// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Objects;

/**
 * A key that is assigned to a shard by hand, whatever shard owns its slot: a tenant on a database
 * of its own, or a hot key away from the other keys of its slot.
 *
 * <pre>{@code
 * Topology v2 = v1.evolve().pin("tenant-7", "s3").build();
 * Pin pin = v2.pins().get(0);      // pin.key() is "\"tenant-7\"", pin.shard() is s3
 * }</pre>
 *
 * <p><b>Guarantees.</b> A router sends the key to {@link #shard} in every topology that has the
 * pin.
 *
 * <p><b>No guarantees.</b> The type of the key is unknown: canonical bytes do not tell it.
 *
 * <p>Immutable and thread-safe.
 */
public final class Pin {
  private final CanonicalKey key;
  private final ShardId shard;

  Pin(CanonicalKey key, ShardId shard) {
    this.key = key;
    this.shard = shard;
  }

  /**
   * Returns the canonical bytes of the key, as {@link dev.tenfold.core.StableHash#canonical} makes
   * them.
   *
   * @return a new array of 0 to 128 bytes; as a {@code byte[]} key the array is the same key
   */
  public byte[] canonical() {
    return key.bytes();
  }

  /**
   * Returns the shard of the key.
   *
   * @return as given to {@link Topology.Builder#pin} or {@link Topology.Evolution#pin}
   */
  public ShardId shard() {
    return shard;
  }

  /**
   * Returns the key for people. The form is a guess, because canonical bytes do not tell the type
   * of a key: UTF-8 without control characters, format characters, line and paragraph separators is
   * shown as text; otherwise 8 bytes are shown as an integer and 16 bytes as a UUID.
   *
   * @return text in quotes, a number, a UUID, or hexadecimal bytes
   */
  public String key() {
    return key.toString();
  }

  CanonicalKey canonicalKey() {
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
