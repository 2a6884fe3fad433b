// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A value in the remote store: {@code 'T' 'F' 1 idLength crc32c(4) codecVersion(4) codecId
 * payload}, big-endian, the checksum over all that follows it. What does not look like that, or
 * does not decode, is no value of ours and counts as absent.
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
    if (codecId.length == 0 || codecId.length > MAX_CODEC_ID_BYTES) {
      throw new IllegalArgumentException(
          "codec id \""
              + codec.id()
              + "\" must have 1 to "
              + MAX_CODEC_ID_BYTES
              + " bytes; it has "
              + codecId.length);
    }
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
   * Decodes.
   *
   * @return a hit, or a miss; not to be overwritten if a newer version of the codec wrote it
   * @throws UnusableException if it is not a value of this codec
   */
  Lookup<V> decode(byte[] all) throws UnusableException {
    ByteBuffer buffer = ByteBuffer.wrap(all).asReadOnlyBuffer();
    if (all.length < HEADER
        || buffer.get() != MAGIC_0
        || buffer.get() != MAGIC_1
        || buffer.get() != FORMAT) {
      throw new UnusableException("not a value of this library");
    }
    int idLength = buffer.get() & 0xff;
    if (buffer.getInt() != checksum(all) || all.length < HEADER + idLength) {
      throw new UnusableException("checksum differs");
    }
    int version = buffer.getInt();
    byte[] id = new byte[idLength];
    buffer.get(id);
    if (!Arrays.equals(id, codecId)) {
      throw new UnusableException("written by codec " + new String(id, StandardCharsets.UTF_8));
    }
    if (version > codec.version()) {
      return Lookup.leaveAlone();
    }
    try {
      return Lookup.hit(codec.decode(buffer, version));
    } catch (RuntimeException refused) {
      throw new UnusableException("codec " + codec.id() + " cannot decode it: " + refused);
    }
  }

  /** Bytes that are no value of this cache. */
  static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String why) {
      super(why, null, false, false);
    }
  }
}
