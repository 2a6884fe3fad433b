// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Turns values into bytes and back. The same SPI serves cache values, idempotency results and
 * outbox payloads. Stored bytes outlive the program that wrote them, hence {@link #id()} and {@link
 * #version()}, which the store keeps beside them.
 *
 * <p>Implementations are thread-safe and hold: {@code decode(encode(v), version())} equals {@code
 * v}; bytes of an older version either decode or throw, bytes of an unknown version throw; what
 * cannot be encoded or decoded throws an unchecked exception and never yields a wrong value; the
 * default locale changes nothing. The contract test is {@code CodecContract}, in the module's
 * {@code tests} jar.
 *
 * @param <T> the type of the value
 */
public interface Codec<T> {

  /**
   * Returns the codec of byte arrays: the bytes as they are. The array is not copied by {@link
   * #encode} and is a fresh copy from {@link #decode}.
   *
   * @return a constant
   */
  static Codec<byte[]> bytes() {
    return Bytes.INSTANCE;
  }

  /**
   * Returns the codec of strings: UTF-8. Text that is not well-formed is refused with an {@link
   * IllegalArgumentException}, both ways, instead of being replaced by question marks.
   *
   * @return a constant
   */
  static Codec<String> strings() {
    return Strings.INSTANCE;
  }

  /**
   * Names the format.
   *
   * @return a short, constant, printable name
   */
  String id();

  /**
   * Returns the version of the format that {@link #encode} writes.
   *
   * @return constant, 0 or more
   */
  int version();

  /**
   * Encodes a value.
   *
   * @param value not null
   * @return the bytes; neither the caller nor the codec writes to them afterwards
   */
  byte[] encode(T value);

  /**
   * Decodes a value.
   *
   * @param bytes from position to limit; may be read-only; the codec does not keep it
   * @param version the version the bytes were written with
   * @return the value
   */
  T decode(ByteBuffer bytes, int version);

  /** {@link Codec#bytes()}. */
  final class Bytes implements Codec<byte[]> {
    private static final Bytes INSTANCE = new Bytes();

    private Bytes() {}

    @Override
    public String id() {
      return "bytes";
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public byte[] encode(byte[] value) {
      return Objects.requireNonNull(value, "value");
    }

    @Override
    public byte[] decode(ByteBuffer bytes, int version) {
      requireVersion(this, version);
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    }
  }

  /** {@link Codec#strings()}. */
  final class Strings implements Codec<String> {
    private static final Strings INSTANCE = new Strings();

    private Strings() {}

    @Override
    public String id() {
      return "utf-8";
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public byte[] encode(String value) {
      return Utf8.encode(Objects.requireNonNull(value, "value"));
    }

    @Override
    public String decode(ByteBuffer bytes, int version) {
      requireVersion(this, version);
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      } catch (CharacterCodingException malformed) {
        throw new IllegalArgumentException("bytes are not well-formed UTF-8", malformed);
      }
    }
  }

  private static void requireVersion(Codec<?> codec, int version) {
    if (version != codec.version()) {
      throw new IllegalArgumentException(
          "codec " + codec.id() + " reads version " + codec.version() + ", not " + version);
    }
  }
}
