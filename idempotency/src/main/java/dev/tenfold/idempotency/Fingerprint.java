// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, in 33 bytes. A key that comes back with another fingerprint is a client
 * that reuses keys, and is told so instead of being given the answer to another question.
 *
 * <pre>{@code
 * Fingerprint fingerprint = Fingerprint.of(request.bodyBytes());
 * Fingerprint wider = Fingerprint.of(utf8(method), utf8(path), request.bodyBytes());
 * }</pre>
 *
 * <p>It is SHA-256 over all of the parts, each framed by its length, behind one byte that names
 * this recipe. The bytes are taken as they are: two spellings of the same JSON differ. Leave out
 * what changes between attempts (dates, trace headers).
 *
 * <p>Immutable. Time is linear in the bytes.
 */
public final class Fingerprint {
  private static final byte RECIPE = 1;
  private static final int LENGTH = 33;

  private final byte[] bytes;

  private Fingerprint(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the fingerprint of a request.
   *
   * @param parts what identifies its content, in a fixed order; at least one, each may be empty
   * @return the fingerprint
   * @throws IllegalArgumentException if there are no parts
   */
  public static Fingerprint of(byte[]... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("a fingerprint has 1 part or more, not 0");
    }
    MessageDigest sha256 = IdempotencyKey.sha256();
    for (byte[] part : parts) {
      sha256.update(ByteBuffer.allocate(4).putInt(part.length).array());
      sha256.update(part);
    }
    return new Fingerprint(ByteBuffer.allocate(LENGTH).put(RECIPE).put(sha256.digest()).array());
  }

  /**
   * Returns a fingerprint that a store kept.
   *
   * @param stored what {@link #bytes()} returned
   * @return the same fingerprint
   * @throws IllegalArgumentException if the length is not 33
   */
  public static Fingerprint ofStored(byte[] stored) {
    if (stored.length != LENGTH) {
      throw new IllegalArgumentException(
          "a stored fingerprint has " + LENGTH + " bytes, not " + stored.length);
    }
    return new Fingerprint(stored.clone());
  }

  /**
   * Returns what a store keeps.
   *
   * @return a fresh array of 33 bytes
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Fingerprint that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Fingerprint[" + HexFormat.of().formatHex(bytes, 0, 9) + "]";
  }
}
