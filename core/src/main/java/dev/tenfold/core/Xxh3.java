// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * XXH3-64 with seed 0 and the default secret, for inputs of any length, after the <a
 * href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">specification</a>. The
 * result is the same on every platform and byte order. Allocates nothing.
 *
 * <p>The specification has eight accumulators for inputs of more than 240 bytes. They influence
 * each other only in pairs, so each pair gets a pass of its own, with two local variables.
 */
final class Xxh3 {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long PRIME32_1 = 0x9E3779B1L;
  private static final long PRIME32_2 = 0x85EBCA77L;
  private static final long PRIME32_3 = 0xC2B2AE3DL;
  private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME64_3 = 0x165667B19E3779F9L;
  private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
  private static final long PRIME_MX1 = 0x165667919E3779F9L;
  private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

  private static final byte[] SECRET =
      HexFormat.of()
          .parseHex(
              "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
                  + "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
                  + "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                  + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
                  + "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
                  + "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e");
  private static final int SCRAMBLE_SECRET = SECRET.length - 64;
  private static final int LAST_STRIPE_SECRET = SECRET.length - 71;
  private static final int MERGE_SECRET = 11;

  // The constants of short inputs: words of the secret, combined once.
  private static final long FLIP_0 = avalanche64(secret(56) ^ secret(64));
  private static final long FLIP_1_TO_3 = (secret(0) ^ (secret(0) >>> 32)) & 0xFFFFFFFFL;
  private static final long FLIP_4_TO_8 = secret(8) ^ secret(16);
  private static final long FLIP_9_TO_16_LOW = secret(24) ^ secret(32);
  private static final long FLIP_9_TO_16_HIGH = secret(40) ^ secret(48);

  private Xxh3() {}

  /** Reads eight bytes of an input as a little-endian word. Stateless: nothing is allocated. */
  private interface Words {
    long at(Object input, int offset);
  }

  private static final Words OF_BYTES = (input, offset) -> (long) LONG.get((byte[]) input, offset);
  private static final Words OF_ASCII = (input, offset) -> word((CharSequence) input, offset);

  /** Returns the hash of bytes. */
  static long hash(byte[] bytes) {
    int length = bytes.length;
    if (length > 16) {
      return longer(OF_BYTES, bytes, length);
    }
    if (length > 8) {
      return hash9to16((long) LONG.get(bytes, 0), (long) LONG.get(bytes, length - 8), length);
    }
    if (length >= 4) {
      return hash4to8((int) INT.get(bytes, 0), (int) INT.get(bytes, length - 4), length);
    }
    return length == 0
        ? FLIP_0
        : hash1to3(bytes[0] & 0xFF, bytes[length >> 1] & 0xFF, bytes[length - 1] & 0xFF, length);
  }

  /** Returns the hash of ASCII text as its bytes. */
  static long hashAscii(CharSequence text) {
    int length = text.length();
    if (length > 16) {
      return longer(OF_ASCII, text, length);
    }
    if (length > 8) {
      return hash9to16(word(text, 0), word(text, length - 8), length);
    }
    if (length >= 4) {
      return hash4to8(half(text, 0), half(text, length - 4), length);
    }
    return length == 0
        ? FLIP_0
        : hash1to3(text.charAt(0), text.charAt(length >> 1), text.charAt(length - 1), length);
  }

  /** Returns the hash of the 8 bytes of one little-endian word. */
  static long hash8(long word) {
    return mix4to8(FLIP_4_TO_8 ^ Long.rotateLeft(word, 32), 8);
  }

  /** Returns the hash of the 16 bytes of two little-endian words. */
  static long hash16(long first, long second) {
    return hash9to16(first, second, 16);
  }

  private static long hash1to3(int first, int middle, int last, int length) {
    int combined = last | length << 8 | first << 16 | middle << 24;
    return avalanche64(FLIP_1_TO_3 ^ (combined & 0xFFFFFFFFL));
  }

  /** Returns the hash of 4 to 8 bytes, given as the first four and the last four. */
  static long hash4to8(int first, int last, int length) {
    return mix4to8(FLIP_4_TO_8 ^ ((last & 0xFFFFFFFFL) | (long) first << 32), length);
  }

  private static long mix4to8(long keyed, int length) {
    long value = keyed ^ Long.rotateLeft(keyed, 49) ^ Long.rotateLeft(keyed, 24);
    value *= PRIME_MX2;
    value ^= (value >>> 35) + length;
    value *= PRIME_MX2;
    return value ^ (value >>> 28);
  }

  /** Returns the hash of 9 to 16 bytes, given as the first word and the last word. */
  static long hash9to16(long first, long last, int length) {
    long low = FLIP_9_TO_16_LOW ^ first;
    long high = FLIP_9_TO_16_HIGH ^ last;
    return avalanche(length + Long.reverseBytes(low) + high + foldedProduct(low, high));
  }

  private static long longer(Words words, Object input, int length) {
    if (length <= 128) {
      return hash17to128(words, input, length);
    }
    return length <= 240 ? hash129to240(words, input, length) : hashFrom241(words, input, length);
  }

  /** Returns the hash of 17 to 32 bytes, given as the first two and the last two words. */
  static long hash17to32(long first, long second, long third, long last, int length) {
    return avalanche(
        length * PRIME64_1
            + foldedProduct(first ^ secret(0), second ^ secret(8))
            + foldedProduct(third ^ secret(16), last ^ secret(24)));
  }

  /** Without a loop, whose set-up checks every byte in advance and costs more than the hash. */
  private static long hash17to128(Words words, Object input, int length) {
    long hash = length * PRIME64_1 + mixEnds(words, input, length, 0);
    if (length > 32) {
      hash += mixEnds(words, input, length, 1);
      if (length > 64) {
        hash += mixEnds(words, input, length, 2);
        if (length > 96) {
          hash += mixEnds(words, input, length, 3);
        }
      }
    }
    return avalanche(hash);
  }

  /** Mixes the {@code i}th 16 bytes from the start and the {@code i}th 16 bytes from the end. */
  private static long mixEnds(Words words, Object input, int length, int i) {
    return mix16(words, input, i * 16, i * 32)
        + mix16(words, input, length - i * 16 - 16, i * 32 + 16);
  }

  private static long hash129to240(Words words, Object input, int length) {
    long hash = length * PRIME64_1;
    for (int i = 0; i < 8; i++) {
      hash += mix16(words, input, i * 16, i * 16);
    }
    hash = avalanche(hash);
    for (int i = 8; i < length >> 4; i++) {
      hash += mix16(words, input, i * 16, (i - 8) * 16 + 3);
    }
    hash += mix16(words, input, length - 16, 119);
    return avalanche(hash);
  }

  private static long mix16(Words words, Object input, int offset, int secret) {
    return foldedProduct(
        words.at(input, offset) ^ secret(secret), words.at(input, offset + 8) ^ secret(secret + 8));
  }

  private static long hashFrom241(Words words, Object input, int length) {
    return avalanche(
        length * PRIME64_1
            + pair(words, input, length, 0, PRIME32_3, PRIME64_1)
            + pair(words, input, length, 16, PRIME64_2, PRIME64_3)
            + pair(words, input, length, 32, PRIME64_4, PRIME32_2)
            + pair(words, input, length, 48, PRIME64_5, PRIME32_1));
  }

  /** Runs the two accumulators of one 16-byte lane over all stripes; returns their merged value. */
  private static long pair(Words words, Object input, int length, int lane, long a, long b) {
    int stripes = (length - 1) / 64;
    for (int stripe = 0; stripe <= stripes; stripe++) {
      boolean last = stripe == stripes;
      int at = lane + (last ? length - 64 : stripe * 64);
      int secret = lane + (last ? LAST_STRIPE_SECRET : (stripe & 15) * 8);
      long first = words.at(input, at);
      long second = words.at(input, at + 8);
      a += second + halvesProduct(first ^ secret(secret));
      b += first + halvesProduct(second ^ secret(secret + 8));
      if (!last && (stripe & 15) == 15) {
        a = (a ^ (a >>> 47) ^ secret(SCRAMBLE_SECRET + lane)) * PRIME32_1;
        b = (b ^ (b >>> 47) ^ secret(SCRAMBLE_SECRET + lane + 8)) * PRIME32_1;
      }
    }
    return foldedProduct(a ^ secret(MERGE_SECRET + lane), b ^ secret(MERGE_SECRET + lane + 8));
  }

  private static long secret(int offset) {
    return (long) LONG.get(SECRET, offset);
  }

  private static long halvesProduct(long value) {
    return (value & 0xFFFFFFFFL) * (value >>> 32);
  }

  /** Returns the exclusive or of the halves of the unsigned 128-bit product. */
  private static long foldedProduct(long x, long y) {
    long high = Math.multiplyHigh(x, y) + ((x >> 63) & y) + ((y >> 63) & x);
    return high ^ (x * y);
  }

  private static long avalanche(long hash) {
    long value = (hash ^ (hash >>> 37)) * PRIME_MX1;
    return value ^ (value >>> 32);
  }

  private static long avalanche64(long hash) {
    long value = (hash ^ (hash >>> 33)) * PRIME64_2;
    value = (value ^ (value >>> 29)) * PRIME64_3;
    return value ^ (value >>> 32);
  }

  private static int half(CharSequence text, int offset) {
    return text.charAt(offset)
        | text.charAt(offset + 1) << 8
        | text.charAt(offset + 2) << 16
        | text.charAt(offset + 3) << 24;
  }

  private static long word(CharSequence text, int offset) {
    return (half(text, offset) & 0xFFFFFFFFL) | (long) half(text, offset + 4) << 32;
  }
}
