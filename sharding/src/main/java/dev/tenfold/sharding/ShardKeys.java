// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The null check of shard keys, and their form in messages. */
final class ShardKeys {
  private static final int MAX_SHOWN = 64;

  private ShardKeys() {}

  /** Returns the key if it is not null. */
  static <T> T require(@Nullable T key) {
    if (key == null) {
      throw new NullPointerException("shard key is null; there is no default shard");
    }
    return key;
  }

  /** Returns the key for a message: one line, with at most 64 characters or bytes of the key. */
  static String display(Object key) {
    if (key instanceof byte[] bytes) {
      return "0x"
          + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MAX_SHOWN))
          + (bytes.length > MAX_SHOWN ? "..." : "");
    }
    if (key instanceof CharSequence text) {
      return text.length() > MAX_SHOWN
          ? "\"" + withoutControls(text.subSequence(0, MAX_SHOWN)) + "\"..."
          : "\"" + withoutControls(text) + "\"";
    }
    return key.toString();
  }

  /** Replaces control characters, so that a key cannot forge a line of a log. */
  private static String withoutControls(CharSequence text) {
    StringBuilder line = new StringBuilder(text);
    for (int i = 0; i < line.length(); i++) {
      if (Character.isISOControl(line.charAt(i))) {
        line.setCharAt(i, '\ufffd');
      }
    }
    return line.toString();
  }
}
