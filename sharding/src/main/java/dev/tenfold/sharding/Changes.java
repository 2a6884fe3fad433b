// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is to be different in the next version. A shard is added or removed or its weight and its
 * zone are changed, and a key is changed, once at most, so that the order of the calls does not
 * matter.
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
      throw refused("shard " + id + " is part of topology " + before.name + " already");
    }
    if (added.putIfAbsent(id, new Shard(id, weight, zone)) != null) {
      throw refused("shard " + id + " was added before");
    }
  }

  void remove(ShardId id) {
    part(id);
    if (reweighted.containsKey(id) || rezoned.containsKey(id)) {
      throw refused("shard " + id + " is reweighted or rezoned; it cannot be removed as well");
    }
    if (!removed.add(id)) {
      throw refused("shard " + id + " was removed before");
    }
  }

  void reweight(ShardId id, int weight) {
    Shard shard = staying(id).reweighted(weight);
    if (reweighted.putIfAbsent(id, shard.weight()) != null) {
      throw refused("shard " + id + " was reweighted before");
    }
  }

  void rezone(ShardId id, String zone) {
    staying(id).rezoned(zone); // refuses what is no name
    if (rezoned.putIfAbsent(id, zone) != null) {
      throw refused("shard " + id + " was rezoned before");
    }
  }

  private Shard staying(ShardId id) {
    if (removed.contains(id)) {
      throw refused("shard " + id + " is removed; nothing else of it can change");
    }
    return part(id);
  }

  void pin(CanonicalKey key, ShardId shard) {
    once(key);
    pinned.put(key, shard);
  }

  void unpin(CanonicalKey key) {
    once(key);
    if (before.pins.stream().noneMatch(pin -> pin.exactKey().equals(key))) {
      throw refused("key " + key + " is not pinned in topology " + before.name);
    }
    unpinned.add(key);
  }

  private void once(CanonicalKey key) {
    if (pinned.containsKey(key) || unpinned.contains(key)) {
      throw refused("key " + key + " was pinned or unpinned before");
    }
  }

  private Shard part(ShardId id) {
    int index = before.indexOf(id);
    if (index < 0) {
      throw refused(
          "shard "
              + id
              + " is not part of topology "
              + before.name
              + " with shards "
              + before.someShards());
    }
    return before.shards.get(index);
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(why);
  }

  /**
   * Returns the next version.
   *
   * @throws IllegalStateException if it cannot be, or would be no different
   */
  Assignment after() {
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
      if (!unpinned.contains(pin.exactKey())) {
        pins.put(pin.exactKey(), pin.shard());
      }
    }
    for (Map.Entry<CanonicalKey, ShardId> pin : pinned.entrySet()) {
      pins.put(pin.getKey(), pin.getValue());
    }
    Assignment after = before.next(shards.values(), pins);
    if (before.isRepeatedBy(after)) {
      throw new IllegalStateException(
          "nothing would change in topology " + before.name + " after version " + before.version);
    }
    return after;
  }
}
