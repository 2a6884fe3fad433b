// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.List;

/**
 * Assigns slots to shards by rendezvous scores within the {@link Quotas}. The score of a slot and a
 * shard is {@code StableHash.hash(StableHash.hash(id) ^ slot)}, compared as unsigned. An owner is
 * an index in a list of shards that is sorted by id, so a lower index means a lower id.
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
   * Assigns all slots of a new topology: each in turn to the shard with the highest score that has
   * quota left; ties go to the lower id. Takes slots × shards hashes.
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
   * Hands over the slots that the quotas demand, and no more. Each shard that gains, in the order
   * of ids, takes the slots with its highest scores among those of shards above their quota; ties
   * go to the lower slot. Takes at most gaining shards × slots hashes.
   *
   * @param owners the owner of each slot before; -1 if the owner was removed
   * @return the owner of each slot after
   */
  static short[] dealVacant(List<Shard> shards, int[] quotas, short[] owners) {
    short[] next = owners.clone();
    int[] above = new int[quotas.length]; // slots above the quota; negative: slots below
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
    SlotHeap offers = new SlotHeap(owners.length); // large, so one for all shards
    for (int i = 0; i < quotas.length; i++) {
      if (above[i] < 0) {
        ownerless -= take(i, seed(shards.get(i).id()), next, above, offers);
      }
    }
    if (ownerless != 0) {
      throw new IllegalStateException(ownerless + " slots have no owner");
    }
    return next;
  }

  /** Fills the quota of one shard. Returns the number of ownerless slots that it took. */
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
        continue; // the owner is at its quota by now
      }
      owners[slot] = (short) shard;
      above[shard]++;
    }
    return ownerless;
  }
}
