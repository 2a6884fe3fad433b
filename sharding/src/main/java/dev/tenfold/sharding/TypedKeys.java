// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.math.BigInteger;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What strategies ask of a key besides its hash. */
final class TypedKeys {
  private static final int MOST_SHOWN = 64;

  private TypedKeys() {}

  static <T> T required(@Nullable T key) {
    if (key == null) {
      throw new NullPointerException("shard key is null; there is no default shard");
    }
    return key;
  }

  /** Whether the key is an integer of at most 64 bits, and so a {@code Number}. */
  static boolean isInteger(Object key) {
    return key instanceof Long
        || key instanceof Integer
        || key instanceof Short
        || key instanceof Byte
        || (key instanceof BigInteger integer && integer.bitLength() < Long.SIZE);
  }

  /** The key for people, cut where it is long. */
  static String shown(Object key) {
    if (key instanceof byte[] bytes) {
      return "0x"
          + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MOST_SHOWN))
          + (bytes.length > MOST_SHOWN ? "..." : "");
    }
    if (key instanceof CharSequence text) {
      return text.length() > MOST_SHOWN
          ? "\"" + legible(text.subSequence(0, MOST_SHOWN)) + "\"..."
          : "\"" + legible(text) + "\"";
    }
    return key.toString();
  }

  /** One line, whatever the text holds. */
  private static String legible(CharSequence text) {
    StringBuilder legible = new StringBuilder(text);
    for (int i = 0; i < legible.length(); i++) {
      if (Character.isISOControl(legible.charAt(i))) {
        legible.setCharAt(i, '\ufffd');
      }
    }
    return legible.toString();
  }
}
