// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.List;

/**
 * Which slots each shard gets, by rendezvous scores within quotas. The score of a slot and a shard
 * is {@code StableHash.hash(StableHash.hash(id) ^ slot)}, compared as unsigned. Owners are indexes
 * into a list of shards that is sorted by id, so lower index means lower id.
 */
final class SlotDealer {
  private SlotDealer() {}

  static long seed(ShardId shard) {
    return StableHash.hash(shard.value());
  }

  static long score(long seed, int slot) {
    return StableHash.hash(seed ^ slot);
  }

  /**
   * Deals all slots: each in turn to the shard with the highest score that still has quota, ties to
   * the lower id. Takes slots × shards hashes.
   *
   * @return the owner of each slot
   */
  static short[] dealAll(List<Shard> shards, int[] quotas, int slots) {
    long[] seeds = shards.stream().mapToLong(shard -> seed(shard.id())).toArray();
    int[] left = quotas.clone();
    short[] owners = new short[slots];
    for (int slot = 0; slot < slots; slot++) {
      int best = -1;
      long bestScore = 0;
      for (int i = 0; i < seeds.length; i++) {
        if (left[i] > 0) {
          long score = score(seeds[i], slot);
          if (best < 0 || Long.compareUnsigned(score, bestScore) > 0) {
            best = i;
            bestScore = score;
          }
        }
      }
      left[best]--;
      owners[slot] = (short) best;
    }
    return owners;
  }

  /**
   * Hands over what the quotas demand and no more. Each gaining shard, in the order of ids, takes
   * the slots it scores highest for among those of shards that are above their quota, ties to the
   * lower slot. Takes gaining shards × slots hashes at most.
   *
   * @param owners the owner of each slot until now; -1 where it has left
   * @return the owner of each slot from now on
   */
  static short[] dealVacant(List<Shard> shards, int[] quotas, short[] owners) {
    short[] next = owners.clone();
    int[] above = new int[quotas.length]; // slots to give; below 0: slots to get
    int ownerless = 0;
    for (short owner : owners) {
      if (owner < 0) {
        ownerless++;
      } else {
        above[owner]++;
      }
    }
    for (int i = 0; i < quotas.length; i++) {
      above[i] -= quotas[i];
    }
    SlotHeap offers = new SlotHeap(owners.length); // for all in turn, as it is large
    for (int i = 0; i < quotas.length; i++) {
      if (above[i] < 0) {
        ownerless -= take(i, seed(shards.get(i).id()), next, above, offers);
      }
    }
    if (ownerless != 0) {
      throw new IllegalStateException(ownerless + " slots were left without an owner");
    }
    return next;
  }

  /** Fills one shard's quota; returns how many ownerless slots it took. */
  private static int take(int shard, long seed, short[] owners, int[] above, SlotHeap offers) {
    offers.clear();
    for (int slot = 0; slot < owners.length; slot++) {
      if (owners[slot] < 0 || above[owners[slot]] > 0) {
        offers.put(slot, score(seed, slot));
      }
    }
    offers.order();
    int ownerless = 0;
    while (above[shard] < 0) {
      int slot = offers.remove();
      int from = owners[slot];
      if (from < 0) {
        ownerless++;
      } else if (above[from] > 0) {
        above[from]--;
      } else {
        continue; // it has given all it had to
      }
      owners[slot] = (short) shard;
      above[shard]++;
    }
    return ownerless;
  }
}
