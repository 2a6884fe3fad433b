// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The order in which shards come for a slot beside its owner: weighted rendezvous, and no zone
 * twice before every zone was there once. A shard without a zone stands for a zone of its own.
 */
final class Preference {
  private Preference() {}

  static List<ShardId> of(Assignment topology, int slot, ShardId owner, int count) {
    List<Shard> left = byCost(topology.shards, slot);
    List<ShardId> chosen = new ArrayList<>(count);
    Set<String> zones = new HashSet<>();
    Shard next = topology.shards.get(topology.indexOf(owner));
    while (true) {
      left.remove(next);
      chosen.add(next.id());
      if (next.zone() != null) {
        zones.add(next.zone());
      }
      if (chosen.size() == count) {
        return chosen;
      }
      next = next(left, zones);
    }
  }

  private static Shard next(List<Shard> left, Set<String> zones) {
    for (Shard shard : left) {
      if (shard.zone() == null || !zones.contains(shard.zone())) {
        return shard;
      }
    }
    zones.clear(); // every zone was there: another round
    return left.get(0);
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
    return RendezvousCost.of(Deal.score(Deal.seed(shard.id()), ~slot), shard.weight());
  }

  /** Moves the shards of a zone to the front and keeps the order otherwise. */
  static List<ShardId> near(Assignment topology, List<ShardId> shards, String zone) {
    List<ShardId> near = new ArrayList<>(shards);
    near.sort(
        Comparator.comparing(id -> !zone.equals(topology.shards.get(topology.indexOf(id)).zone())));
    return near;
  }
}
