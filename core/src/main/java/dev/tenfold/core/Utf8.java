// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/** Encodes text as UTF-8. An unpaired surrogate is refused, not replaced. */
final class Utf8 {
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8; // the longest array of some JVMs

  private Utf8() {}

  static byte[] encode(CharSequence text) {
    byte[] bytes = new byte[length(text)];
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes[at++] = (byte) c;
      } else if (c < 0x800) {
        bytes[at++] = (byte) (0xC0 | c >> 6);
        bytes[at++] = continuation(c);
      } else if (!Character.isSurrogate(c)) {
        bytes[at++] = (byte) (0xE0 | c >> 12);
        bytes[at++] = continuation(c >> 6);
        bytes[at++] = continuation(c);
      } else {
        int point = Character.toCodePoint(c, text.charAt(++i));
        bytes[at++] = (byte) (0xF0 | point >> 18);
        bytes[at++] = continuation(point >> 12);
        bytes[at++] = continuation(point >> 6);
        bytes[at++] = continuation(point);
      }
    }
    return bytes;
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  private static int length(CharSequence text) {
    int length = text.length();
    long bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        requirePair(text, i++);
        bytes += 2; // two characters, four bytes
      } else {
        bytes += c < 0x80 ? 0 : c < 0x800 ? 1 : 2;
      }
    }
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "length of text in UTF-8 bytes is " + bytes + "; it must be at most " + MAX_BYTES);
    }
    return (int) bytes;
  }

  private static void requirePair(CharSequence text, int at) {
    boolean paired =
        Character.isHighSurrogate(text.charAt(at))
            && at + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(at + 1));
    if (!paired) {
      throw new IllegalArgumentException(
          "text has an unpaired surrogate at index " + at + ", so it has no UTF-8");
    }
  }
}
