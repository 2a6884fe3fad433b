// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/**
 * A shard key as its canonical bytes ({@link StableHash#canonical}), which are the same for all
 * types of integers and for all types of text. Ordered by the bytes, read as unsigned.
 */
final class CanonicalKey implements Comparable<CanonicalKey> {
  static final int MAX_BYTES = 128;

  // Reads without a ByteBuffer: escape analysis does not always remove the buffer.
  private static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private final long hash;

  private CanonicalKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = StableHash.hash(bytes);
  }

  /** Returns the canonical form of a key whose type has a stable hash. */
  static CanonicalKey of(Object key) {
    return checked(StableHash.canonical(ShardKeys.require(key)));
  }

  /** Parses the result of {@link #hex}. */
  static CanonicalKey ofHex(String hex) {
    return checked(hex.equals("-") ? new byte[0] : HexFormat.of().parseHex(hex));
  }

  private static CanonicalKey checked(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "length of key "
              + firstCharacters(text(bytes))
              + "... is "
              + bytes.length
              + " bytes; it must be at most "
              + MAX_BYTES);
    }
    return new CanonicalKey(bytes);
  }

  /** Returns about 40 characters of a text that stands for more than 128 bytes. */
  private static String firstCharacters(String text) {
    return text.substring(0, Character.isHighSurrogate(text.charAt(39)) ? 39 : 40);
  }

  long hash() {
    return hash;
  }

  byte[] bytes() {
    return bytes.clone();
  }

  String hex() {
    return bytes.length == 0 ? "-" : HexFormat.of().formatHex(bytes);
  }

  /** Returns whether this is an integer key. */
  boolean matches(long key) {
    return bytes.length == Long.BYTES && littleEndian(bytes) == key;
  }

  /** Returns whether this is a text key. Allocates only for text that is not all ASCII. */
  boolean matches(CharSequence key) {
    int length = key.length();
    if (length > bytes.length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = key.charAt(i);
      if (c >= 0x80) {
        return Arrays.equals(bytes, StableHash.canonical(key));
      }
      if (c != bytes[i]) {
        return false;
      }
    }
    return length == bytes.length;
  }

  boolean matches(byte[] key) {
    return Arrays.equals(bytes, key);
  }

  boolean matches(UUID key) {
    return bytes.length == 16
        && (long) BIG_ENDIAN.get(bytes, 0) == key.getMostSignificantBits()
        && (long) BIG_ENDIAN.get(bytes, Long.BYTES) == key.getLeastSignificantBits();
  }

  /** Returns whether this is a key whose type has a stable hash. */
  boolean matches(Object key) {
    if (key instanceof CharSequence text) {
      return matches(text);
    }
    if (key instanceof UUID uuid) {
      return matches(uuid);
    }
    return key instanceof byte[] array ? matches(array) : matches(((Number) key).longValue());
  }

  @Override
  public int compareTo(CanonicalKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CanonicalKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns the key for people. The bytes do not tell the type, so the form is a guess. */
  @Override
  public String toString() {
    return text(bytes);
  }

  private static String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.codePoints().allMatch(CanonicalKey::isVisible) ? '"' + text + '"' : number(bytes);
    } catch (CharacterCodingException e) {
      return number(bytes);
    }
  }

  private static boolean isVisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static String number(byte[] bytes) {
    return switch (bytes.length) {
      case Long.BYTES -> String.valueOf(littleEndian(bytes));
      case 16 ->
          new UUID((long) BIG_ENDIAN.get(bytes, 0), (long) BIG_ENDIAN.get(bytes, Long.BYTES))
              .toString();
      default -> "0x" + HexFormat.of().formatHex(bytes);
    };
  }

  private static long littleEndian(byte[] bytes) {
    return (long) LITTLE_ENDIAN.get(bytes, 0);
  }
}
