// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script and the SHA-1 under which Redis remembers it. Make it once and hold it in a
 * constant.
 *
 * <pre>{@code
 * static final RedisScript TAKE = RedisScript.of("return redis.call('INCRBY', KEYS[1], ARGV[1])");
 * }</pre>
 *
 * <p>A script must name every key it touches in {@code KEYS}, all of one hash slot, or it does not
 * work on a cluster. It must not answer with an error of its own that begins with {@code NOSCRIPT}:
 * {@link RedisLink#eval} would take that for a forgotten script and run it again.
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
   * Makes a script.
   *
   * @param text the Lua source, not empty; sent as UTF-8
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
   * Returns the name under which Redis caches the script.
   *
   * @return 40 lower-case hexadecimal digits
   */
  public String sha1() {
    return sha1;
  }

  /**
   * Returns the Lua source.
   *
   * @return the text given to {@link #of}
   */
  public String text() {
    return new String(text, StandardCharsets.UTF_8);
  }

  /** The UTF-8 bytes, not copied: what EVAL sends. */
  byte[] bytes() {
    return text;
  }

  @Override
  public String toString() {
    return "RedisScript[" + sha1 + "]";
  }
}
