// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.time.Duration;
import java.util.Objects;

/**
 * A value on its way to a {@link RemoteStore}. Immutable as long as nobody writes to its arrays.
 */
public final class RemoteEntry {
  private final byte[] key;
  private final byte[] value;
  private final Duration ttl;

  /**
   * Creates an entry.
   *
   * @param key its name; not copied
   * @param value the bytes; not copied
   * @param ttl how long it lives in the store, at least 1 ms
   * @throws IllegalArgumentException if the ttl is shorter than 1 ms
   */
  public RemoteEntry(byte[] key, byte[] value, Duration ttl) {
    this.key = Objects.requireNonNull(key, "key");
    this.value = Objects.requireNonNull(value, "value");
    this.ttl = Objects.requireNonNull(ttl, "ttl");
    if (ttl.toMillis() < 1) {
      throw new IllegalArgumentException("ttl " + ttl + " is shorter than 1 ms");
    }
  }

  /**
   * Returns the name.
   *
   * @return the array itself
   */
  public byte[] key() {
    return key;
  }

  /**
   * Returns the bytes.
   *
   * @return the array itself
   */
  public byte[] value() {
    return value;
  }

  /**
   * Returns how long it lives.
   *
   * @return 1 ms or more
   */
  public Duration ttl() {
    return ttl;
  }

  @Override
  public String toString() {
    return "RemoteEntry[" + value.length + " bytes, " + ttl + "]";
  }
}
