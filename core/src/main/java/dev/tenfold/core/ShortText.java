// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/**
 * Hashes a string of 4 to 32 characters, the length of most keys. For these lengths the words that
 * XXH3 reads cover all bytes. So the characters are read once, both to build the words and to check
 * that the string is ASCII. There is no loop, whose end the processor would have to predict.
 *
 * <p>Takes only {@link String}: its {@code charAt} is final, so the speed does not depend on the
 * other classes that the process has hashed.
 */
final class ShortText {
  static final int MIN_LENGTH = 4;
  static final int MAX_LENGTH = 32;

  /** The bits that no ASCII character has, for four characters side by side. */
  private static final long NOT_ASCII = 0xFF80_FF80_FF80_FF80L;

  private ShortText() {}

  /** Hashes the UTF-8 of a string of {@value #MIN_LENGTH} to {@value #MAX_LENGTH} characters. */
  static long hash(String text) {
    int length = text.length();
    if (length > 16) {
      long a = four(text, 0);
      long b = four(text, 4);
      long c = four(text, 8);
      long d = four(text, 12);
      long e = four(text, length - 16);
      long f = four(text, length - 12);
      long g = four(text, length - 8);
      long h = four(text, length - 4);
      if (isAscii(a | b | c | d | e | f | g | h)) {
        return Xxh3.hash17to32(word(a, b), word(c, d), word(e, f), word(g, h), length);
      }
    } else if (length > 8) {
      long a = four(text, 0);
      long b = four(text, 4);
      long c = four(text, length - 8);
      long d = four(text, length - 4);
      if (isAscii(a | b | c | d)) {
        return Xxh3.hash9to16(word(a, b), word(c, d), length);
      }
    } else {
      long a = four(text, 0);
      long b = four(text, length - 4);
      if (isAscii(a | b)) {
        return Xxh3.hash4to8(packed(a), packed(b), length);
      }
    }
    return Xxh3.hash(Utf8.encode(text));
  }

  /** Returns four characters side by side, the first in the lowest bits. */
  private static long four(String text, int at) {
    return text.charAt(at)
        | (long) text.charAt(at + 1) << 16
        | (long) text.charAt(at + 2) << 32
        | (long) text.charAt(at + 3) << 48;
  }

  private static boolean isAscii(long four) {
    return (four & NOT_ASCII) == 0;
  }

  /** Returns the bytes of twice four ASCII characters, the first in the lowest bits. */
  private static long word(long first, long second) {
    return (packed(first) & 0xFFFF_FFFFL) | (long) packed(second) << 32;
  }

  private static int packed(long four) {
    long pairs = (four | four >>> 8) & 0x0000_FFFF_0000_FFFFL;
    return (int) (pairs | pairs >>> 16);
  }
}
