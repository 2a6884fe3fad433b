// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import java.util.SplittableRandom;

/** What is routed: the same keys in every fork, cycled through so that none is a constant. */
final class Keys {
  /** How many, a power of two. */
  static final int COUNT = 16_384;

  /** How many keys have a shard of their own where any have. */
  static final int PINNED = 100;

  private static final long BOUND = 1L << 40;

  private Keys() {}

  /**
   * Integers as they come from a sequence with gaps.
   *
   * @param pinnedOneIn one in so many is pinned, at random places; 0: none
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

  /** The i-th pinned key, none of the others. */
  static long pinned(int i) {
    return BOUND + i;
  }

  /** Texts of 8 to 24 letters and digits, side by side in memory, as nothing else is allocated. */
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

  /** The finalizer of SplitMix64, variant 13 of Stafford's: the cheapest hash that will do. */
  static long mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
