// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a strategy is built from, checked: some shards, not too many, each once. */
final class ShardList {
  private static final int MOST = 4_096;

  private ShardList() {}

  /** Returns the shards in the order given. */
  static List<ShardId> listed(List<ShardId> shards) {
    shards.forEach(ShardList::required);
    List<ShardId> copy = List.copyOf(shards);
    requireCount(copy.size());
    Set<ShardId> seen = new HashSet<>();
    for (ShardId shard : copy) {
      if (!seen.add(shard)) {
        throw new IllegalArgumentException("shard " + shard + " is listed twice in " + copy);
      }
    }
    return copy;
  }

  /** Returns the shards by id, with the weights given. */
  static SortedMap<ShardId, Integer> weighted(Map<ShardId, Integer> weights) {
    weights.keySet().forEach(ShardList::required);
    SortedMap<ShardId, Integer> sorted = new TreeMap<>(weights);
    requireCount(sorted.size());
    sorted.forEach((shard, weight) -> {
      if (weight < 1 || weight > Shard.MOST_WEIGHT) {
        throw new IllegalArgumentException(
            "weight " + weight + " of shard " + shard + " is not from 1 to " + Shard.MOST_WEIGHT);
      }
    });
    return Collections.unmodifiableSortedMap(sorted);
  }

  /** Returns the shards by id, all of weight 1. */
  static SortedMap<ShardId, Integer> equal(List<ShardId> shards) {
    SortedMap<ShardId, Integer> weights = new TreeMap<>();
    listed(shards).forEach(shard -> weights.put(shard, 1));
    return weights;
  }

  private static void required(@Nullable ShardId shard) {
    Objects.requireNonNull(shard, "a shard is null");
  }

  private static void requireCount(int count) {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException(
          count + " shards; a strategy takes 1 to " + MOST + " of them");
    }
  }
}
