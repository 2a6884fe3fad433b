// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The changes that {@link Topology.Evolution} collects for the next version. Each shard and each
 * key can be changed once, so that the order of the calls does not matter. {@link Assignment#next}
 * makes the version.
 */
final class Changes {
  private final Assignment before;
  private final SortedMap<ShardId, Shard> added = new TreeMap<>();
  private final Set<ShardId> removed = new TreeSet<>();
  private final SortedMap<ShardId, Integer> reweighted = new TreeMap<>();
  private final SortedMap<ShardId, String> rezoned = new TreeMap<>();
  private final SortedMap<CanonicalKey, ShardId> pinned = new TreeMap<>();
  private final Set<CanonicalKey> unpinned = new TreeSet<>();

  Changes(Assignment before) {
    this.before = before;
  }

  void add(ShardId id, int weight, @Nullable String zone) {
    if (before.indexOf(id) >= 0) {
      throw refusal("shard " + id + " is already part of topology " + before.name);
    }
    if (added.putIfAbsent(id, new Shard(id, weight, zone)) != null) {
      throw refusal(of(id) + " was added before");
    }
  }

  void remove(ShardId id) {
    before.requireIndex(id);
    if (reweighted.containsKey(id) || rezoned.containsKey(id)) {
      throw refusal(of(id) + " is reweighted or rezoned; it cannot be removed as well");
    }
    if (!removed.add(id)) {
      throw refusal(of(id) + " was removed before");
    }
  }

  void reweight(ShardId id, int weight) {
    Shard shard = remaining(id).withWeight(weight);
    if (reweighted.putIfAbsent(id, shard.weight()) != null) {
      throw refusal(of(id) + " was reweighted before");
    }
  }

  void rezone(ShardId id, String zone) {
    Shard shard = remaining(id).withZone(zone); // checks the name of the zone
    if (rezoned.putIfAbsent(shard.id(), zone) != null) {
      throw refusal(of(id) + " was rezoned before");
    }
  }

  private Shard remaining(ShardId id) {
    if (removed.contains(id)) {
      throw refusal(of(id) + " is removed; nothing else of it can change");
    }
    return before.shards.get(before.requireIndex(id));
  }

  void pin(CanonicalKey key, ShardId shard) {
    requireUnchanged(key);
    pinned.put(key, shard);
  }

  void unpin(CanonicalKey key) {
    requireUnchanged(key);
    if (before.pins.stream().noneMatch(pin -> pin.canonicalKey().equals(key))) {
      throw refusal("key " + key + " is not pinned in topology " + before.name);
    }
    unpinned.add(key);
  }

  private void requireUnchanged(CanonicalKey key) {
    if (pinned.containsKey(key) || unpinned.contains(key)) {
      throw refusal(
          "key " + key + " of topology " + before.name + " was pinned or unpinned before");
    }
  }

  private String of(ShardId id) {
    return "shard " + id + " of topology " + before.name;
  }

  private static IllegalArgumentException refusal(String message) {
    return new IllegalArgumentException(message);
  }

  /**
   * Returns the next version.
   *
   * @throws IllegalArgumentException if the version cannot be built, or nothing would change
   * @throws IllegalStateException after version {@link Long#MAX_VALUE}
   */
  Assignment next() {
    SortedMap<ShardId, Shard> shards = new TreeMap<>(added);
    for (Shard shard : before.shards) {
      if (!removed.contains(shard.id())) {
        int weight = reweighted.getOrDefault(shard.id(), shard.weight());
        String zone = rezoned.getOrDefault(shard.id(), shard.zone());
        shards.put(shard.id(), new Shard(shard.id(), weight, zone));
      }
    }
    SortedMap<CanonicalKey, ShardId> pins = new TreeMap<>();
    for (Pin pin : before.pins) {
      if (!unpinned.contains(pin.canonicalKey())) {
        pins.put(pin.canonicalKey(), pin.shard());
      }
    }
    for (Map.Entry<CanonicalKey, ShardId> pin : pinned.entrySet()) {
      pins.put(pin.getKey(), pin.getValue());
    }
    Assignment next = before.next(shards.values(), pins);
    if (before.hasContentOf(next)) {
      throw new IllegalArgumentException(
          "nothing would change in topology " + before.name + " after version " + before.version);
    }
    return next;
  }
}
