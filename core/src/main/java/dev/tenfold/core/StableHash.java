// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The hash that assigns keys to shards. It is frozen under the name {@value #NAME}, and programs in
 * other languages can compute it.
 *
 * <pre>{@code
 * long a = StableHash.hash(42L);
 * long b = StableHash.hash("order-17");
 * long c = StableHash.hash((Object) Integer.valueOf(42));     // the same as a
 * }</pre>
 *
 * <p>The hash is XXH3-64 with seed 0 over the canonical bytes of the key:
 *
 * <table>
 * <caption>Canonical bytes</caption>
 * <tr><th>key</th><th>bytes</th></tr>
 * <tr><td>{@code Byte}, {@code Short}, {@code Integer}, {@code Long}, and {@code BigInteger} of at
 *     most 64 bits with its sign</td><td>the value as 8 bytes, two's complement, least significant
 *     first</td></tr>
 * <tr><td>{@code UUID}</td><td>its 16 bytes, most significant first, as RFC 9562 writes them</td></tr>
 * <tr><td>any {@code CharSequence}</td><td>its UTF-8, without a byte order mark and without
 *     normalization</td></tr>
 * <tr><td>{@code byte[]}</td><td>as it is</td></tr>
 * </table>
 *
 * <p>The type is not part of the bytes: the text {@code "ab"} and the bytes {@code 61 62} have the
 * same hash. Keys of other types are refused, because their text or their bytes depend on identity,
 * locale, rounding or refactoring: null, floating point, {@code BigDecimal}, {@code Character},
 * {@code Boolean}, enums, dates, other arrays, collections. Convert such a key to one of the types
 * above. Text with an unpaired surrogate has no UTF-8 and is refused too. Java widens a {@code
 * char} argument to {@code long}: pass {@code String.valueOf(c)} instead.
 *
 * <p><b>Guarantees.</b> A key has the same hash on every JVM, machine, locale and byte order, and
 * in every version of Tenfold.
 *
 * <p><b>No guarantees.</b> The hash is not cryptographic: a client that chooses the keys can choose
 * their shards.
 *
 * <p>Thread-safe. Allocates nothing, except the UTF-8 bytes of text that is not all ASCII. Takes
 * time proportional to the length of the key.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">XXH3
 *     specification</a>
 */
public final class StableHash {
  /** The name of this hash. Store it with the data that the hash has placed. */
  public static final String NAME = "tenfold-h1";

  private StableHash() {}

  /**
   * Returns the hash of an integer of any type.
   *
   * @param key the key, widened to 64 bits with its sign
   * @return the hash
   */
  public static long hash(long key) {
    return Xxh3.hash8(key);
  }

  /**
   * Returns the hash of text.
   *
   * @param key the text; may be empty
   * @return the hash of its UTF-8
   * @throws IllegalArgumentException if the text has an unpaired surrogate, or is not all ASCII and
   *     has more bytes than fit into an array
   */
  public static long hash(CharSequence key) {
    int length = key.length();
    if (key instanceof String text
        && length >= ShortText.MIN_LENGTH
        && length <= ShortText.MAX_LENGTH) {
      return ShortText.hash(text);
    }
    return isAscii(key) ? Xxh3.hashAscii(key) : Xxh3.hash(Utf8.encode(key));
  }

  private static boolean isAscii(CharSequence text) {
    int length = text.length();
    int bits = 0;
    for (int i = 0; i < length; i++) {
      bits |= text.charAt(i);
    }
    return bits < 0x80;
  }

  /**
   * Returns the hash of bytes.
   *
   * @param key the bytes; may be empty
   * @return the hash
   */
  public static long hash(byte[] key) {
    return Xxh3.hash(key);
  }

  /**
   * Returns the hash of a UUID.
   *
   * @param key the UUID
   * @return the hash of its 16 bytes
   */
  public static long hash(UUID key) {
    return Xxh3.hash16(
        Long.reverseBytes(key.getMostSignificantBits()),
        Long.reverseBytes(key.getLeastSignificantBits()));
  }

  /**
   * Returns the hash of a key whose type is known only at run time.
   *
   * @param key an integer, text, UUID or byte array, as in the table above
   * @return the hash that the method of its type returns
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if there is no canonical form for a key of this type
   */
  public static long hash(Object key) {
    if (isInteger(key)) {
      return hash(((Number) key).longValue());
    }
    if (key instanceof CharSequence text) {
      return hash(text);
    }
    if (key instanceof UUID uuid) {
      return hash(uuid);
    }
    if (key instanceof byte[] bytes) {
      return hash(bytes);
    }
    throw refusal(key);
  }

  /**
   * Returns the canonical bytes of a key, which are hashed. Two keys are the same key if and only
   * if their canonical bytes are equal.
   *
   * @param key an integer, text, UUID or byte array, as in the table above
   * @return a new array; its {@link #hash(byte[])} is the hash of the key
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if there is no canonical form for a key of this type
   */
  public static byte[] canonical(Object key) {
    if (key instanceof CharSequence text) {
      return Utf8.encode(text);
    }
    if (key instanceof UUID uuid) {
      return ByteBuffer.allocate(16)
          .putLong(uuid.getMostSignificantBits())
          .putLong(uuid.getLeastSignificantBits())
          .array();
    }
    if (key instanceof byte[] bytes) {
      return bytes.clone();
    }
    if (isInteger(key)) {
      return ByteBuffer.allocate(Long.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(((Number) key).longValue())
          .array();
    }
    throw refusal(key);
  }

  /**
   * Returns whether a key is hashed as an integer.
   *
   * @param key any key
   * @return true for {@code Byte}, {@code Short}, {@code Integer}, {@code Long}, and {@code
   *     BigInteger} of at most 64 bits with its sign
   */
  public static boolean isInteger(Object key) {
    return key instanceof Long
        || key instanceof Integer
        || key instanceof Short
        || key instanceof Byte
        || (key instanceof BigInteger integer && integer.bitLength() < Long.SIZE);
  }

  private static RuntimeException refusal(@Nullable Object key) {
    Objects.requireNonNull(key, "a null key has no hash");
    String refused =
        key instanceof BigInteger integer
            ? "a BigInteger of "
                + integer.bitLength()
                + " bits; it must have at most 63 and the sign"
            : "a key of type " + key.getClass().getName() + value(key);
    return new IllegalArgumentException(
        NAME
            + " has no canonical form for "
            + refused
            + ". Integers, text, UUID and byte[] have one; convert the key to one of them");
  }

  /** Returns the value of a key of a few types; other values may be long, secret or an identity. */
  private static String value(Object key) {
    boolean plain =
        key instanceof Double
            || key instanceof Float
            || key instanceof Boolean
            || key instanceof Character;
    return plain ? ", " + key : "";
  }
}
