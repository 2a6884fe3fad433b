// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

/**
 * What rendezvous hashing orders by, -ln(u) / weight, in integers: the same on every JVM, exact
 * enough that nobody can measure the difference.
 *
 * <p>u is the hash, made odd, over 2<sup>64</sup>. It is written as 2<sup>-e</sup> (1 - c) with c
 * from 0 to 1/2, so that -ln(u) = e ln 2 + c G(c), where G(c) = -ln(1 - c) / c. G comes from 256
 * chords between knots; the result has 57 binary digits behind the point.
 *
 * <p>Error. A chord of width h lies above the convex G by at most h<sup>2</sup>/8 max G'', which
 * here is 1.1e-6 of G; the rest is rounding, below 2<sup>-50</sup>. So the cost is at most 1.1e-6
 * too high, relative, and a shard's share of the keys is within 1.1e-6 of its weight's.
 *
 * <p>Monotone. A higher hash never costs more at the same weight: chords that meet in their knots
 * rise, a product of two rising factors rises, rounding down keeps order, and the last value of one
 * e is exactly the first of the next. Hence within one weight the highest hash wins, and only the
 * winners of different weights need be compared.
 */
final class RendezvousCost {
  private static final int SEGMENTS = 256;
  private static final int SEGMENT_BITS = 55; // c has 63 bits below 1/2, 8 of them choose the knot

  /**
   * G at c = i / 512 with 62 binary digits; the last is there to end the chord that has no length.
   */
  private static final long[] G = knots();

  private static final long LN_2 = G[SEGMENTS] >>> 6; // G(1/2) is 2 ln 2; 57 binary digits

  private RendezvousCost() {}

  private static long[] knots() {
    long[] knots = new long[SEGMENTS + 2];
    for (int i = 0; i <= SEGMENTS; i++) {
      knots[i] = series(i);
    }
    knots[SEGMENTS + 1] = knots[SEGMENTS];
    return knots;
  }

  /** Sums 1 + c/2 + c²/3 + ... for c = i / 512, with 62 binary digits. */
  private static long series(int i) {
    long sum = 1L << 62;
    long power = (long) i << 53;
    for (int n = 2; power != 0; n++) {
      sum += power / n;
      power = Math.multiplyHigh(power << 1, (long) i << 54);
    }
    return sum;
  }

  /**
   * Returns the cost of a shard for a key.
   *
   * @param hash of the key and the shard, read as unsigned; its lowest bit does not count
   * @param weight of the shard, at least 1
   * @return at least 0; the lowest wins; of two that are equal the higher hash should
   */
  static long of(long hash, int weight) {
    return logarithm(hash) / weight;
  }

  /** Returns -ln(u) with 57 binary digits behind the point. */
  static long logarithm(long hash) {
    long odd = hash | 1;
    int exponent = Long.numberOfLeadingZeros(odd);
    long c = -(odd << exponent); // 64 binary digits, at most 2^63, read as unsigned
    int knot = (int) (c >>> SEGMENT_BITS);
    long into = c << (Long.SIZE - SEGMENT_BITS) >>> 1; // 63 binary digits
    long g = G[knot] + Math.multiplyHigh((G[knot + 1] - G[knot]) << 1, into);
    return exponent * LN_2 + (Math.multiplyHigh(c >>> 1, g) >>> 4);
  }

  /**
   * Whether a shard certainly costs more than another, found without its logarithm: -ln(u) is at
   * least 1 - u.
   *
   * @param hash of the key and the shard
   * @param weight of the shard, at most 1,000,000
   * @param cost of the other
   * @return true only if {@code of(hash, weight) > cost}
   */
  static boolean exceeds(long hash, int weight, long cost) {
    long least = ~hash >>> 28; // 1 - u with 36 binary digits
    long most = Math.multiplyHigh(cost, (long) weight << 43); // cost times weight, likewise
    return least > most + 1; // the 1 covers what all roundings add up to
  }
}
