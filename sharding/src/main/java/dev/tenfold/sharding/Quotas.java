// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.PriorityQueue;

/**
 * The number of slots of each shard, by the divisor method of Sainte-Laguë (Webster). Seat k of a
 * shard ranks by weight / (2k - 1), highest first; the first {@code slots} seats are taken.
 * Fractions are compared by their cross products, at most 1,000,000 * 131,071, which a long holds
 * exactly.
 */
final class Quotas {
  private Quotas() {}

  /**
   * Computes the quotas. Of equal ranks the lower index is first, so the caller sorts the shards.
   *
   * @param weights 1 to 1,000,000 each
   * @param slots the number of seats
   * @return one quota per weight; the sum is {@code slots}
   */
  static int[] of(int[] weights, int slots) {
    int[] quotas = new int[weights.length];
    var next = new PriorityQueue<Seat>(weights.length);
    for (int i = 0; i < weights.length; i++) {
      next.add(new Seat(i, weights[i], 1));
    }
    for (int taken = 0; taken < slots; taken++) {
      Seat seat = next.remove();
      quotas[seat.shard]++;
      next.add(new Seat(seat.shard, seat.weight, seat.divisor + 2));
    }
    return quotas;
  }

  /** The next seat of one shard. */
  private record Seat(int shard, int weight, int divisor) implements Comparable<Seat> {

    @Override
    public int compareTo(Seat other) {
      int byRank =
          Long.compare(
              (long) other.weight * divisor, (long) weight * other.divisor); // highest first
      return byRank != 0 ? byRank : Integer.compare(shard, other.shard);
    }
  }
}
