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
 * One exact shard key in its canonical bytes, by which it is the same key whatever type it came in.
 * Ordered by its bytes, read as unsigned.
 */
final class CanonicalKey implements Comparable<CanonicalKey> {
  static final int MOST_BYTES = 128;

  // A buffer around the bytes would be an object per look where escape analysis gives up.
  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private final long hash;

  private CanonicalKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = StableHash.hash(bytes);
  }

  /** Takes a key of a type that has a stable hash. */
  static CanonicalKey of(Object key) {
    return checked(StableHash.canonical(TypedKeys.required(key)));
  }

  /** Reads what {@link #hex} wrote. */
  static CanonicalKey ofHex(String hex) {
    return checked(hex.equals("-") ? new byte[0] : HexFormat.of().parseHex(hex));
  }

  private static CanonicalKey checked(byte[] bytes) {
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a key takes "
              + bytes.length
              + " bytes; the most is "
              + MOST_BYTES
              + ": "
              + beginning(text(bytes))
              + "...");
    }
    return new CanonicalKey(bytes);
  }

  /** More than 128 bytes are more than 40 characters. */
  private static String beginning(String text) {
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

  /** Whether this is the integer. */
  boolean is(long key) {
    return bytes.length == Long.BYTES && little(bytes) == key;
  }

  /** Whether this is the text; allocates only for text that is not all ASCII. */
  boolean is(CharSequence key) {
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

  boolean is(byte[] key) {
    return Arrays.equals(bytes, key);
  }

  boolean is(UUID key) {
    return bytes.length == 16
        && (long) BIG.get(bytes, 0) == key.getMostSignificantBits()
        && (long) BIG.get(bytes, Long.BYTES) == key.getLeastSignificantBits();
  }

  /** Whether this is the key, which is of a type that has a stable hash. */
  boolean is(Object key) {
    if (key instanceof CharSequence text) {
      return is(text);
    }
    if (key instanceof UUID uuid) {
      return is(uuid);
    }
    return key instanceof byte[] array ? is(array) : is(((Number) key).longValue());
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

  /** For people: bytes do not say of which type they came, so this is a guess. */
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
      case Long.BYTES -> String.valueOf(little(bytes));
      case 16 -> new UUID((long) BIG.get(bytes, 0), (long) BIG.get(bytes, Long.BYTES)).toString();
      default -> "0x" + HexFormat.of().formatHex(bytes);
    };
  }

  private static long little(byte[] bytes) {
    return (long) LITTLE.get(bytes, 0);
  }
}
