// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Codec;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The name a client gave to one request, and the tenant it belongs to. Two requests are the same
 * request if both agree, within one operation.
 *
 * <pre>{@code
 * IdempotencyKey key = IdempotencyKey.of("acme", request.header("Idempotency-Key"));
 * }</pre>
 *
 * <p>The tenant is part of the key so that nobody can replay the answer of somebody else by
 * guessing a key: take it from the authenticated principal, never from the request. Stores see only
 * {@link #digest()}, so the length and the alphabet of a key never meet a column's.
 *
 * <p>Immutable. {@link #toString()} shows the digest and not the key, which may be a secret.
 */
public final class IdempotencyKey {
  /** The longest tenant, in characters: {@value}. */
  public static final int MAX_TENANT_LENGTH = 128;

  /** The longest key, in characters: {@value}. */
  public static final int MAX_KEY_LENGTH = 255;

  private final byte[] digest;

  private IdempotencyKey(byte[] digest) {
    this.digest = digest;
  }

  /**
   * Returns the key of a request.
   *
   * @param tenant whose request it is: 1 to {@value #MAX_TENANT_LENGTH} characters
   * @param key what the client called it: 1 to {@value #MAX_KEY_LENGTH} characters, compared as
   *     they are, upper and lower case apart
   * @return the key
   * @throws IllegalArgumentException if either is empty, too long, has control characters, or is
   *     not well-formed text
   */
  public static IdempotencyKey of(String tenant, String key) {
    check("tenant", tenant, MAX_TENANT_LENGTH);
    check("key", key, MAX_KEY_LENGTH);
    byte[] tenantBytes = Codec.strings().encode(tenant);
    byte[] keyBytes = Codec.strings().encode(key);
    // The length in front keeps ("a", "bc") and ("ab", "c") apart.
    MessageDigest sha256 = sha256();
    sha256.update(ByteBuffer.allocate(4).putInt(tenantBytes.length).array());
    sha256.update(tenantBytes);
    return new IdempotencyKey(sha256.digest(keyBytes));
  }

  private static void check(String what, String text, int limit) {
    if (text.isEmpty() || text.length() > limit) {
      throw new IllegalArgumentException(
          what + " has " + text.length() + " characters; it must have 1 to " + limit);
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new IllegalArgumentException(
            what + " has control character " + (int) text.charAt(i) + " at index " + i);
      }
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  /**
   * Returns what a store keeps instead of tenant and key: SHA-256 over both, the tenant framed by
   * its length.
   *
   * @return a fresh array of 32 bytes
   */
  public byte[] digest() {
    return digest.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdempotencyKey that && Arrays.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(digest);
  }

  @Override
  public String toString() {
    return "IdempotencyKey[" + HexFormat.of().formatHex(digest, 0, 8) + "]";
  }
}
