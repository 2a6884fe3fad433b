// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The name of a shard, for example {@code orders-3}. The name is part of what decides the slots of
 * a shard, so the name stays with the data when a host or an address changes.
 *
 * <pre>{@code
 * Map<ShardId, DataSource> dataSources = Map.of(new ShardId("s0"), first, new ShardId("s1"), second);
 * }</pre>
 *
 * <p><b>Guarantees.</b> Ids are ordered by their UTF-8 bytes, read as unsigned: the order of code
 * points, the same in every locale.
 *
 * <p><b>No guarantees.</b> A name is not an address: an application maps names to its databases.
 *
 * <p>Immutable and thread-safe.
 *
 * @param value 1 to 128 bytes in UTF-8, without white space and control characters
 */
public record ShardId(String value) implements Comparable<ShardId> {
  private static final int MAX_BYTES = 128;

  /**
   * Creates an id.
   *
   * @param value 1 to 128 bytes in UTF-8, without white space and control characters
   * @throws IllegalArgumentException if the value is not as described
   */
  public ShardId {
    requireName("shard id", value);
  }

  /** Checks a name: the rule for all names in a topology. */
  static String requireName(String what, @Nullable String value) {
    Objects.requireNonNull(value, () -> what + " is null");
    if (value.isEmpty()) {
      throw new IllegalArgumentException(
          what + " is empty; it must have 1 to " + MAX_BYTES + " bytes in UTF-8");
    }
    boolean legible =
        value
            .codePoints()
            .noneMatch(c ->
                Character.isWhitespace(c)
                    || Character.isSpaceChar(c)
                    || Character.isISOControl(c)
                    || Character.getType(c) == Character.SURROGATE);
    if (!legible) {
      throw new IllegalArgumentException(
          what
              + " "
              + ShardKeys.display(value)
              + " has white space, a control character or an unpaired surrogate");
    }
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "length of "
              + what
              + " "
              + ShardKeys.display(value)
              + " is "
              + bytes
              + " bytes; it must be at most "
              + MAX_BYTES);
    }
    return value;
  }

  @Override
  public int compareTo(ShardId other) {
    return Arrays.compareUnsigned(
        value.getBytes(StandardCharsets.UTF_8), other.value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the name.
   *
   * @return {@link #value()}
   */
  @Override
  public String toString() {
    return value;
  }
}
