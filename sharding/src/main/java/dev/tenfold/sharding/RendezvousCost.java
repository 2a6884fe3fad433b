// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

/**
 * The cost by which weighted rendezvous hashing orders shards, -ln(u) / weight, in fixed point: the
 * same on every JVM, because no floating point is used.
 *
 * <p>u is the hash, made odd, divided by 2<sup>64</sup>. u is written as 2<sup>-e</sup> (1 - c)
 * with c from 0 to 1/2, so that -ln(u) = e ln 2 + c G(c), where G(c) = -ln(1 - c) / c. G is
 * interpolated by 256 chords between knots; the result has 57 fractional bits.
 *
 * <p>Error. A chord of width h lies above the convex G by at most h<sup>2</sup>/8 max G'', which is
 * 1.1e-6 of G; rounding adds less than 2<sup>-50</sup>. So the cost is at most 1.1e-6 too high,
 * relative, and the share of a shard is within 1.1e-6 of the share of its weight.
 *
 * <p>Monotonicity. At the same weight a higher hash never costs more: chords that meet in their
 * knots rise, the product of two rising factors rises, rounding down keeps the order, and the last
 * value of one e equals the first of the next. So within one weight the highest hash wins, and only
 * the winners of different weights have to be compared.
 */
final class RendezvousCost {
  private static final int SEGMENTS = 256;
  private static final int SEGMENT_BITS = 55; // c has 63 bits below 1/2; 8 of them select the knot

  /** G at c = i / 512 with 62 fractional bits. The last entry ends the chord of length 0. */
  private static final long[] G = knots();

  private static final long LN_2 = G[SEGMENTS] >>> 6; // G(1/2) is 2 ln 2; 57 fractional bits

  private RendezvousCost() {}

  private static long[] knots() {
    long[] knots = new long[SEGMENTS + 2];
    for (int i = 0; i <= SEGMENTS; i++) {
      knots[i] = series(i);
    }
    knots[SEGMENTS + 1] = knots[SEGMENTS];
    return knots;
  }

  /** Returns the sum 1 + c/2 + c²/3 + ... for c = i / 512, with 62 fractional bits. */
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
   * @param hash the hash of key and shard, read as unsigned; the lowest bit is ignored
   * @param weight the weight of the shard, at least 1
   * @return 0 or more; the lowest cost wins, of equal costs the higher hash
   */
  static long of(long hash, int weight) {
    return logarithm(hash) / weight;
  }

  /** Returns -ln(u) with 57 fractional bits. */
  static long logarithm(long hash) {
    long odd = hash | 1;
    int exponent = Long.numberOfLeadingZeros(odd);
    long c = -(odd << exponent); // 64 fractional bits, at most 2^63, read as unsigned
    int knot = (int) (c >>> SEGMENT_BITS);
    long into = c << (Long.SIZE - SEGMENT_BITS) >>> 1; // 63 fractional bits
    long g = G[knot] + Math.multiplyHigh((G[knot + 1] - G[knot]) << 1, into);
    return exponent * LN_2 + (Math.multiplyHigh(c >>> 1, g) >>> 4);
  }

  /**
   * Returns whether a shard certainly costs more than another one, without a logarithm: -ln(u) is
   * at least 1 - u.
   *
   * @param hash the hash of key and shard
   * @param weight the weight of the shard, at most 1,000,000
   * @param cost the cost of the other shard
   * @return true only if {@code of(hash, weight) > cost}
   */
  static boolean exceeds(long hash, int weight, long cost) {
    long lowerBound = ~hash >>> 28; // 1 - u with 36 fractional bits
    long product = Math.multiplyHigh(cost, (long) weight << 43); // cost times weight, likewise
    return lowerBound > product + 1; // 1 covers the sum of all roundings
  }
}
