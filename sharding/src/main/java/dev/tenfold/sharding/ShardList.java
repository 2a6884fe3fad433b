// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checks the shards that a strategy is built from: 1 to 4,096, each once. */
final class ShardList {
  private static final int MAX_SHARDS = 4096;

  private ShardList() {}

  /** Returns the shards in the given order. */
  static List<ShardId> distinct(List<ShardId> shards) {
    shards.forEach(ShardList::requireShard);
    List<ShardId> copy = List.copyOf(shards);
    requireCount(copy.size());
    Set<ShardId> distinct = new HashSet<>();
    for (ShardId shard : copy) {
      if (!distinct.add(shard)) {
        throw new IllegalArgumentException("shard " + shard + " is listed twice in " + copy);
      }
    }
    return copy;
  }

  /** Returns the shards with their weights, ordered by id. */
  static SortedMap<ShardId, Integer> weighted(Map<ShardId, Integer> weights) {
    weights.keySet().forEach(ShardList::requireShard);
    SortedMap<ShardId, Integer> sorted = new TreeMap<>(weights);
    requireCount(sorted.size());
    sorted.forEach(Shard::requireWeight);
    return Collections.unmodifiableSortedMap(sorted);
  }

  /** Returns the shards with weight 1, ordered by id. */
  static SortedMap<ShardId, Integer> equal(List<ShardId> shards) {
    SortedMap<ShardId, Integer> weights = new TreeMap<>();
    distinct(shards).forEach(shard -> weights.put(shard, 1));
    return weights;
  }

  private static void requireShard(@Nullable ShardId shard) {
    Objects.requireNonNull(shard, "a shard is null");
  }

  private static void requireCount(int count) {
    Checks.range(1, MAX_SHARDS, "number of shards", count);
  }
}
