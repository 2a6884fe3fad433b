// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import java.util.SplittableRandom;

/** The routed keys: the same in every fork, used in turn so that no key is a constant. */
final class Keys {
  /** The number of keys, a power of two. */
  static final int COUNT = 16_384;

  /** The number of pinned keys where keys are pinned. */
  static final int PINNED = 100;

  private static final long BOUND = 1L << 40;

  private Keys() {}

  /**
   * Returns integers like those of a sequence with gaps.
   *
   * @param pinnedOneIn the number of keys per pinned key, at random places; 0: no key is pinned
   */
  static long[] numbers(int pinnedOneIn) {
    long[] keys = new SplittableRandom(1).longs(COUNT, 0, BOUND).toArray();
    var places = new SplittableRandom(3);
    for (int i = 0; i < COUNT && pinnedOneIn > 0; i++) {
      if (places.nextInt(pinnedOneIn) == 0) {
        keys[i] = pinned(places.nextInt(PINNED));
      }
    }
    return keys;
  }

  /** Returns the i-th pinned key, which differs from all other keys. */
  static long pinned(int i) {
    return BOUND + i;
  }

  /** Returns texts of 8 to 24 letters and digits, adjacent in memory. */
  static String[] texts() {
    String[] keys = new String[COUNT];
    char[] text = new char[24];
    var random = new SplittableRandom(2);
    for (int i = 0; i < COUNT; i++) {
      int length = random.nextInt(8, text.length + 1);
      for (int at = 0; at < length; at++) {
        text[at] = Character.forDigit(random.nextInt(36), 36);
      }
      keys[i] = new String(text, 0, length);
    }
    return keys;
  }

  /** The finalizer of SplitMix64 (Stafford's variant 13): the cheapest hash of good quality. */
  static long mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
