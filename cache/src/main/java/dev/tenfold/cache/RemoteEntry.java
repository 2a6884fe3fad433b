// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Checks;
import java.time.Duration;
import java.util.Objects;

/**
 * An entry to write to a {@link RemoteStore}: key, value and time to live.
 *
 * <p><b>Guarantees.</b> The time to live is at least 1 ms.
 *
 * <p><b>No guarantees.</b> The arrays are not copied: the entry is immutable only while nobody
 * writes to them.
 */
public final class RemoteEntry {
  private final byte[] key;
  private final byte[] value;
  private final Duration ttl;

  /**
   * Creates an entry.
   *
   * @param key the name of the value; not copied
   * @param value the bytes; not copied
   * @param ttl the time to live in the store, at least 1 ms
   * @throws IllegalArgumentException if the time to live is shorter than 1 ms
   */
  public RemoteEntry(byte[] key, byte[] value, Duration ttl) {
    this.key = Objects.requireNonNull(key, "key");
    this.value = Objects.requireNonNull(value, "value");
    this.ttl = Checks.atLeast(Ttl.MIN, "ttl of a remote entry", ttl);
  }

  /**
   * Returns the name of the value.
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
   * Returns the time to live.
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
