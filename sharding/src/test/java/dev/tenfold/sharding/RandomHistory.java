// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Versions of one topology, each with several shards and pins added, removed and changed. */
final class RandomHistory {
  static final int PINNABLE_KEYS = 60; // Keys.of(0) to (59)

  private final Random random;
  private int named;

  private RandomHistory(long seed) {
    this.random = new Random(seed);
  }

  static List<Topology> of(long seed, int versions) {
    RandomHistory history = new RandomHistory(seed);
    List<Topology> chain = new ArrayList<>(List.of(history.first()));
    while (chain.size() < versions) {
      chain.add(history.next(chain.get(chain.size() - 1)));
    }
    return chain;
  }

  private Topology first() {
    Topology.Builder builder = Topology.builder("orders").slots(1024);
    List<String> shards = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      shards.add(name());
      builder.shard(shards.get(shards.size() - 1), weight());
    }
    for (int key = random.nextInt(5); key < PINNABLE_KEYS; key += 1 + random.nextInt(20)) {
      builder.pin(Keys.of(key), shards.get(random.nextInt(shards.size())));
    }
    return builder.build();
  }

  private Topology next(Topology before) {
    Topology.Evolution next = before.evolve();
    String added = name(); // at least one, so that the version has a change
    next.add(added, weight());
    List<String> stay = new ArrayList<>(List.of(added));
    Set<ShardId> removed = new HashSet<>();
    for (ShardId shard : before.shards()) {
      int dice = random.nextInt(before.shards().size() > 20 ? 3 : 6);
      if (dice == 0) {
        next.remove(shard.value());
        removed.add(shard);
      } else {
        stay.add(shard.value());
        if (dice == 1) {
          next.reweight(shard.value(), weight());
        }
      }
    }
    Set<CanonicalKey> known = new HashSet<>();
    for (Pin pin : before.pins()) {
      int dice = removed.contains(pin.shard()) ? random.nextInt(2) : random.nextInt(8);
      if (dice == 0) {
        next.unpin(pin.canonical());
      } else if (dice == 1) {
        next.pin(pin.canonical(), stay.get(random.nextInt(stay.size())));
      }
      known.add(pin.canonicalKey());
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      Object key = Keys.of(random.nextInt(PINNABLE_KEYS));
      if (known.add(CanonicalKey.of(key))) {
        next.pin(key, stay.get(random.nextInt(stay.size())));
      }
    }
    return next.build();
  }

  /** Returns a name between, before or after the existing names. */
  private String name() {
    return "s" + random.nextInt(1000) + "-" + named++;
  }

  private int weight() {
    return 1 + random.nextInt(9);
  }
}
