// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@link HotKeySummary} of every shard of one topology. Immutable, apart from the summaries.
 */
final class HotKeySummaries {
  private final Topology topology;
  private final Map<ShardId, HotKeySummary> byShard =
      new HashMap<>(); // not written after construction
  private final HotKeySummary[] byIndex; // in the order of the topology's shards

  private HotKeySummaries(Topology topology, Map<ShardId, HotKeySummary> known, int counters) {
    this.topology = topology;
    for (ShardId shard : topology.shards()) {
      HotKeySummary summary = known.get(shard);
      byShard.put(shard, summary != null ? summary : new HotKeySummary(counters));
    }
    this.byIndex = topology.shards().stream().map(byShard::get).toArray(HotKeySummary[]::new);
  }

  /** Returns empty summaries. */
  static HotKeySummaries of(Topology topology, int counters) {
    return new HotKeySummaries(topology, Map.of(), counters);
  }

  /** Returns the summaries of another version: shards of both keep their counters. */
  HotKeySummaries with(Topology next, int counters) {
    return new HotKeySummaries(next, byShard, counters);
  }

  @SuppressWarnings("ReferenceEquality") // a topology is equal to itself only
  boolean isOf(Topology other) {
    return topology == other;
  }

  /**
   * Returns the summary of a shard to which a key was routed, or null if the topology does not have
   * the shard. Takes fewer cache misses than {@link #of(ShardId)}: the route has just read the
   * entry of the key's slot.
   */
  @Nullable HotKeySummary of(ShardId shard, long hash) {
    int slot = topology.slotOf(hash);
    return topology.ownerOf(slot).equals(shard)
        ? byIndex[Topology.ownerIndex(topology.table()[slot])]
        : byShard.get(shard); // the key is pinned, or was routed by another topology
  }

  /** Returns the summary of a shard, or null if the topology does not have the shard. */
  @Nullable HotKeySummary of(ShardId shard) {
    return byShard.get(shard);
  }

  Collection<HotKeySummary> all() {
    return byShard.values();
  }
}
