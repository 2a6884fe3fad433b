// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Encodes values as bytes and decodes them: the SPI for cache values, idempotency results and
 * outbox payloads. Stored bytes outlive the program that wrote them. Stores therefore keep {@link
 * #id()} and {@link #version()} with the bytes.
 *
 * <pre>{@code
 * byte[] bytes = codec.encode(user);
 * User same = codec.decode(ByteBuffer.wrap(bytes), codec.version());
 * }</pre>
 *
 * <p><b>Guarantees.</b> Of an implementation:
 *
 * <ul>
 *   <li>It is thread-safe, and the default locale changes nothing.
 *   <li>{@code decode(encode(v), version())} equals {@code v}.
 *   <li>A value that cannot be encoded, and bytes that cannot be decoded, throw an unchecked
 *       exception and never yield a wrong value. Bytes of an older version decode or throw; bytes
 *       of an unknown version throw.
 *   <li>Its tests extend {@code CodecContract}, in the {@code tests} jar of the module.
 * </ul>
 *
 * <p><b>No guarantees.</b> Equal values may have different bytes.
 *
 * @param <T> the type of the value
 */
public interface Codec<T> {

  /**
   * Returns the codec of byte arrays, which leaves the bytes unchanged. {@link #encode} returns the
   * array that it is given; {@link #decode} returns a new array.
   *
   * @return the codec, a constant
   */
  static Codec<byte[]> bytes() {
    return Bytes.INSTANCE;
  }

  /**
   * Returns the codec of strings as UTF-8. If text is not well-formed, encoding and decoding throw
   * an {@link IllegalArgumentException}; no character is replaced.
   *
   * @return the codec, a constant
   */
  static Codec<String> strings() {
    return Strings.INSTANCE;
  }

  /**
   * Returns the name of the format.
   *
   * @return a short, printable name that never changes
   */
  String id();

  /**
   * Returns the version of the format that {@link #encode} writes.
   *
   * @return the version, 0 or more; never changes
   */
  int version();

  /**
   * Encodes a value.
   *
   * @param value the value; not null
   * @return the bytes; neither the caller nor the codec writes to them afterwards
   */
  byte[] encode(T value);

  /**
   * Decodes a value.
   *
   * @param bytes the bytes, from position to limit; may be read-only; the codec does not keep it
   * @param version the version that wrote the bytes
   * @return the value
   */
  T decode(ByteBuffer bytes, int version);

  /** The codec that {@link Codec#bytes()} returns. Not for use by name. */
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

  /** The codec that {@link Codec#strings()} returns. Not for use by name. */
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
        throw new IllegalArgumentException("the bytes are not well-formed UTF-8", malformed);
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
