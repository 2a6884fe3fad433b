// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The name of a shard, for example {@code orders-3}. It is part of what decides which slots a shard
 * owns, so it stays with the data when a host or an address changes.
 *
 * <p>Ids are ordered by their UTF-8 bytes, read as unsigned: the order of code points, the same in
 * every locale.
 *
 * @param value 1 to 128 bytes in UTF-8, without white space and control characters
 */
public record ShardId(String value) implements Comparable<ShardId> {
  private static final int MAX_BYTES = 128;

  /**
   * Checks the name.
   *
   * @param value 1 to 128 bytes in UTF-8, without white space and control characters
   * @throws IllegalArgumentException if it is not
   */
  public ShardId {
    requireName("shard id", value);
  }

  /** The rule for everything that is named in a topology. */
  static String requireName(String what, @Nullable String value) {
    Objects.requireNonNull(value, () -> what + " is null");
    if (value.isEmpty()) {
      throw new IllegalArgumentException(what + " is empty; it takes 1 to 128 bytes of UTF-8");
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
              + TypedKeys.shown(value)
              + " holds white space, a control character or half a surrogate");
    }
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          what
              + " "
              + TypedKeys.shown(value)
              + " takes "
              + bytes
              + " bytes; the most is "
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
