// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script and the SHA-1 under which Redis caches it. Make it once and keep it in a constant.
 *
 * <pre>{@code
 * static final RedisScript TAKE = RedisScript.of("return redis.call('INCRBY', KEYS[1], ARGV[1])");
 * }</pre>
 *
 * <p><b>Guarantees.</b> {@link RedisLink#eval} runs the script whether or not the server has cached
 * it.
 *
 * <p><b>No guarantees.</b> The script is not checked. On a cluster it works only if every key that
 * it uses is in {@code KEYS}, and all of them are in one hash slot. It must not reply with an error
 * of its own that starts with {@code NOSCRIPT}: {@link RedisLink#eval} would run it again.
 *
 * <p>Immutable.
 */
public final class RedisScript {
  private final byte[] text;
  private final String sha1;

  private RedisScript(byte[] text, String sha1) {
    this.text = text;
    this.sha1 = sha1;
  }

  /**
   * Returns a script.
   *
   * @param text the Lua source; not empty; sent as UTF-8
   * @return the script
   * @throws IllegalArgumentException if the text is empty
   */
  public static RedisScript of(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("the text of a script is empty");
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(bytes);
      return new RedisScript(bytes, HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-1", impossible);
    }
  }

  /**
   * Returns the SHA-1, under which Redis caches the script.
   *
   * @return 40 lower-case hexadecimal digits
   */
  public String sha1() {
    return sha1;
  }

  /**
   * Returns the Lua source.
   *
   * @return the text that was given to {@link #of}
   */
  public String text() {
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Returns the UTF-8 bytes that EVAL sends, not copied. */
  byte[] bytes() {
    return text;
  }

  @Override
  public String toString() {
    return "RedisScript[" + sha1 + "]";
  }
}
