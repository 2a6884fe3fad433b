// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which shards come for a slot beside its owner: weighted rendezvous, and no zone
 * twice before every zone was there once. A shard without a zone stands for a zone of its own.
 */
final class Preference {
  private Preference() {}

  static List<ShardId> of(Assignment topology, int slot, ShardId owner, int count) {
    record Ranked(ShardId id, int round) {}
    List<Shard> order = byCost(topology.shards, slot);
    Shard first = topology.shards.get(topology.indexOf(owner));
    order.remove(first);
    order.add(0, first);
    Map<String, Integer> seen = new HashMap<>(); // how often each zone was there
    return order.stream()
        .map(shard ->
            new Ranked(
                shard.id(), shard.zone() == null ? 1 : seen.merge(shard.zone(), 1, Integer::sum)))
        .sorted(Comparator.comparingInt(Ranked::round)) // the order stays within a round
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

  // Other scores than those that slots are dealt by: beside its owner, whose score is high, those
  // of the others would be low, and the heavy would come second more often than their share.
  private static long cost(Shard shard, int slot) {
    return RendezvousCost.of(SlotDealer.score(SlotDealer.seed(shard.id()), ~slot), shard.weight());
  }

  /** Moves the shards of a zone to the front and keeps the order otherwise. */
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
