// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The bytes of a value in the remote store: {@code 'T' 'F' 1 idLength crc32c(4) codecVersion(4)
 * codecId payload}, big-endian. The checksum covers all bytes that follow it. Bytes of another
 * form, and bytes that do not decode, are read as absent.
 */
final class ValueFormat<V> {
  static final int MAX_CODEC_ID_BYTES = 255;
  private static final byte MAGIC_0 = 'T';
  private static final byte MAGIC_1 = 'F';
  private static final byte FORMAT = 1;
  private static final int CHECKED_FROM = 8;
  private static final int HEADER = 12;

  private final Codec<V> codec;
  private final byte[] codecId;

  ValueFormat(Codec<V> codec) {
    this.codec = codec;
    this.codecId = codec.id().getBytes(StandardCharsets.UTF_8);
    Checks.range(
        1,
        MAX_CODEC_ID_BYTES,
        "length of codec id \"" + codec.id() + "\" in bytes",
        codecId.length);
  }

  byte[] encode(V value) {
    byte[] payload = codec.encode(value);
    byte[] all = new byte[HEADER + codecId.length + payload.length];
    ByteBuffer buffer = ByteBuffer.wrap(all);
    buffer.put(MAGIC_0).put(MAGIC_1).put(FORMAT).put((byte) codecId.length);
    buffer.putInt(0).putInt(codec.version()).put(codecId).put(payload);
    buffer.putInt(4, checksum(all));
    return all;
  }

  private static int checksum(byte[] all) {
    CRC32C crc = new CRC32C();
    crc.update(all, CHECKED_FROM, all.length - CHECKED_FROM);
    return (int) crc.getValue();
  }

  /**
   * Decodes the bytes of a value.
   *
   * @return a hit; or, for a value that a newer version of the codec wrote, a miss that may not be
   *     filled
   * @throws UnusableException if the bytes are not a value of this codec
   */
  RemoteLookup<V> decode(byte[] all) throws UnusableException {
    ByteBuffer buffer = ByteBuffer.wrap(all).asReadOnlyBuffer();
    if (all.length < HEADER
        || buffer.get() != MAGIC_0
        || buffer.get() != MAGIC_1
        || buffer.get() != FORMAT) {
      throw new UnusableException("the bytes are not a value of Tenfold");
    }
    int idLength = buffer.get() & 0xff;
    if (buffer.getInt() != checksum(all) || all.length < HEADER + idLength) {
      throw new UnusableException("the checksum differs");
    }
    int version = buffer.getInt();
    byte[] id = new byte[idLength];
    buffer.get(id);
    if (!Arrays.equals(id, codecId)) {
      throw new UnusableException(
          "the value was written by codec " + new String(id, StandardCharsets.UTF_8));
    }
    if (version > codec.version()) {
      return RemoteLookup.bypass();
    }
    try {
      return RemoteLookup.hit(codec.decode(buffer, version));
    } catch (RuntimeException refused) {
      throw new UnusableException("codec " + codec.id() + " cannot decode the value: " + refused);
    }
  }

  /** The bytes are not a value of this cache. */
  static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String reason) {
      super(reason, null, false, false);
    }
  }
}
