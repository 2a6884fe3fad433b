// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Checks;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A hash of the content of a request. If a client sends a key again with another fingerprint, it
 * has reused the key for another request, and gets {@link IdempotentResult.Mismatch} instead of the
 * answer to the first request.
 *
 * <pre>{@code
 * Fingerprint fingerprint = Fingerprint.of(request.bodyBytes());
 * Fingerprint wider = Fingerprint.of(utf8(method), utf8(path), request.bodyBytes());
 * }</pre>
 *
 * <p>The fingerprint has 33 bytes: one byte for the version of the scheme, then SHA-256 over all
 * parts, each preceded by its length.
 *
 * <p><b>Guarantees.</b> The same parts in the same order have the same fingerprint, on every JVM
 * and in every version of Tenfold. The boundaries of the parts count: {@code ("ab", "c")} and
 * {@code ("a", "bc")} differ.
 *
 * <p><b>No guarantees.</b> The bytes are hashed as they are: two spellings of the same JSON differ.
 * Leave out parts that change between attempts, such as dates and trace headers.
 *
 * <p>Immutable. Takes time proportional to the number of bytes.
 */
public final class Fingerprint {
  private static final byte VERSION = 1;
  private static final int LENGTH = 33;

  private final byte[] bytes;

  private Fingerprint(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the fingerprint of a request.
   *
   * @param parts the parts that identify the content, in a fixed order; at least one; a part may be
   *     empty
   * @return the fingerprint
   * @throws IllegalArgumentException if there are no parts
   */
  public static Fingerprint of(byte[]... parts) {
    Checks.atLeast(1, "number of parts of a fingerprint", parts.length);
    MessageDigest sha256 = IdempotencyKey.sha256();
    for (byte[] part : parts) {
      sha256.update(ByteBuffer.allocate(4).putInt(part.length).array());
      sha256.update(part);
    }
    return new Fingerprint(ByteBuffer.allocate(LENGTH).put(VERSION).put(sha256.digest()).array());
  }

  /**
   * Returns the fingerprint that a store has kept.
   *
   * @param stored the bytes that {@link #bytes()} returned
   * @return the same fingerprint
   * @throws IllegalArgumentException if the length is not 33
   */
  public static Fingerprint ofStored(byte[] stored) {
    if (stored.length != LENGTH) {
      throw new IllegalArgumentException(
          "length of a stored fingerprint is " + stored.length + "; it must be " + LENGTH);
    }
    return new Fingerprint(stored.clone());
  }

  /**
   * Returns the bytes that a store keeps.
   *
   * @return a new array of 33 bytes
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
