// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order of the shards that hold copies of a slot, for {@link ShardRouter#preference}: the
 * owner, then the others by weighted rendezvous, and no zone twice before every zone occurred once.
 * A shard without a zone counts as a zone of its own.
 */
final class Preference {
  private Preference() {}

  /** Returns the first shards of the order, beginning with the owner. */
  static List<ShardId> of(Assignment topology, int slot, ShardId owner, int count) {
    record Ranked(ShardId id, int round) {}
    List<Shard> order = byCost(topology.shards, slot);
    Shard first = topology.shards.get(topology.indexOf(owner));
    order.remove(first);
    order.add(0, first);
    Map<String, Integer> occurrences = new HashMap<>(); // by zone
    return order.stream()
        .map(shard ->
            new Ranked(
                shard.id(),
                shard.zone() == null ? 1 : occurrences.merge(shard.zone(), 1, Integer::sum)))
        .sorted(Comparator.comparingInt(Ranked::round)) // stable: keeps the order within a round
        .limit(count)
        .map(Ranked::id)
        .toList();
  }

  private static List<Shard> byCost(List<Shard> shards, int slot) {
    record Costed(Shard shard, long cost) {}
    return new ArrayList<>(
        shards.stream()
            .map(shard -> new Costed(shard, cost(shard, slot)))
            .sorted(Comparator.comparingLong(Costed::cost).thenComparing(each -> each.shard().id()))
            .map(Costed::shard)
            .toList());
  }

  // ~slot makes these scores independent of the scores by which slots are dealt. The owner has the
  // highest score of the deal, so the others are low, and heavy shards would be second too often.
  private static long cost(Shard shard, int slot) {
    return RendezvousCost.of(SlotDealer.score(SlotDealer.seed(shard.id()), ~slot), shard.weight());
  }

  /** Returns the shards with those of one zone first. The order is otherwise the same. */
  static List<ShardId> near(Assignment topology, List<ShardId> shards, String zone) {
    List<ShardId> near = new ArrayList<>();
    List<ShardId> far = new ArrayList<>();
    for (ShardId id : shards) {
      boolean isNear = zone.equals(topology.shards.get(topology.indexOf(id)).zone());
      (isNear ? near : far).add(id);
    }
    near.addAll(far);
    return near;
  }
}
