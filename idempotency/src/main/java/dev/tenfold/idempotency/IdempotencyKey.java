// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Codec;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The key that a client gave to one request, and the tenant of the client. Within one operation,
 * two requests are the same request if tenant and key are equal.
 *
 * <pre>{@code
 * IdempotencyKey key = IdempotencyKey.of("acme", request.header("Idempotency-Key"));
 * }</pre>
 *
 * <p>The tenant is part of the key so that a client cannot replay the answer of another tenant by
 * guessing a key. Take the tenant from the authenticated principal, never from the request.
 *
 * <p><b>Guarantees.</b> Stores see only {@link #digest()}, whatever the length and the characters
 * of the key. {@link #toString()} shows a part of the digest, not the key, which may be a secret.
 *
 * <p><b>No guarantees.</b> A client that makes up a new key for the same request sends another
 * request.
 *
 * <p>Immutable.
 */
public final class IdempotencyKey {
  /** The maximum length of a tenant in characters: {@value}. */
  public static final int MAX_TENANT_LENGTH = 128;

  /** The maximum length of a key in characters: {@value}. */
  public static final int MAX_KEY_LENGTH = 255;

  private final byte[] digest;

  private IdempotencyKey(byte[] digest) {
    this.digest = digest;
  }

  /**
   * Returns the key of a request.
   *
   * @param tenant the tenant of the client: 1 to {@value #MAX_TENANT_LENGTH} characters
   * @param key the client's key: 1 to {@value #MAX_KEY_LENGTH} characters; upper and lower case
   *     differ
   * @return the key
   * @throws IllegalArgumentException if one of them is empty, is too long, has control characters,
   *     or is not well-formed text
   */
  public static IdempotencyKey of(String tenant, String key) {
    check("idempotency tenant", tenant, MAX_TENANT_LENGTH);
    check("idempotency key", key, MAX_KEY_LENGTH);
    byte[] tenantBytes = Codec.strings().encode(tenant);
    byte[] keyBytes = Codec.strings().encode(key);
    // Without the length, ("a", "bc") and ("ab", "c") would have the same digest.
    MessageDigest sha256 = sha256();
    sha256.update(ByteBuffer.allocate(4).putInt(tenantBytes.length).array());
    sha256.update(tenantBytes);
    return new IdempotencyKey(sha256.digest(keyBytes));
  }

  private static void check(String what, String text, int maxLength) {
    Checks.range(1, maxLength, "length of " + what, text.length());
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
   * Returns the bytes that a store keeps instead of tenant and key: SHA-256 over the length of the
   * tenant, the tenant and the key.
   *
   * @return a new array of 32 bytes
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
