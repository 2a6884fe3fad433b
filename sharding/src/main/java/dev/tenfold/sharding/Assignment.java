// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The data of a {@link Topology}, complete and checked: shards, quotas, the owner of each slot,
 * pins. {@link SlotDealer} assigns the slots within the {@link Quotas}. Immutable; the arrays are
 * shared and never written.
 */
final class Assignment {
  static final int MIN_SLOTS = 16;
  static final int MAX_SLOTS = 65_536;
  static final int MAX_PINS = 4096;
  private static final int MIN_SLOTS_PER_SHARD = 16;
  private static final int MAX_SHOWN = 10;

  final String name;
  final long version;
  final List<Shard> shards; // by id
  final int[] quotas; // in the order of shards
  final short[] owners; // by slot: the index in shards
  final List<Pin> pins; // by key

  private Assignment(
      String name, long version, List<Shard> shards, int[] quotas, short[] owners, List<Pin> pins) {
    this.name = name;
    this.version = version;
    this.shards = shards;
    this.quotas = quotas;
    this.owners = owners;
    this.pins = pins;
  }

  /**
   * Returns the first version.
   *
   * @throws IllegalArgumentException if there are too few slots for the shards, or a pin names an
   *     unknown shard
   */
  static Assignment first(
      String name, int slots, Collection<Shard> byId, SortedMap<CanonicalKey, ShardId> pins) {
    List<Shard> shards = List.copyOf(byId);
    int[] quotas = quotas(name, slots, shards);
    short[] owners = SlotDealer.dealAll(shards, quotas, slots);
    return new Assignment(name, 1, shards, quotas, owners, checkedPins(name, shards, pins));
  }

  /**
   * Returns the next version, in which no more slots move than the quotas demand.
   *
   * @throws IllegalArgumentException as {@link #first}
   * @throws IllegalStateException after version {@link Long#MAX_VALUE}
   */
  Assignment next(Collection<Shard> byId, SortedMap<CanonicalKey, ShardId> nextPins) {
    if (version == Long.MAX_VALUE) {
      throw new IllegalStateException("topology " + name + " has the highest version, " + version);
    }
    List<Shard> nextShards = List.copyOf(byId);
    int[] nextQuotas = quotas(name, owners.length, nextShards);
    short[] present = renumbered(nextShards);
    short[] nextOwners = SlotDealer.dealVacant(nextShards, nextQuotas, present);
    List<Pin> pins = checkedPins(name, nextShards, nextPins);
    return new Assignment(name, version + 1, nextShards, nextQuotas, nextOwners, pins);
  }

  /**
   * Returns a version that was read from a text.
   *
   * @throws IllegalArgumentException if the version cannot have been built
   */
  static Assignment of(
      String name,
      long version,
      List<Shard> byId,
      short[] owners,
      SortedMap<CanonicalKey, ShardId> pins) {
    List<Shard> shards = List.copyOf(byId);
    int[] quotas = quotas(name, owners.length, shards);
    int[] owned = new int[shards.size()];
    for (short owner : owners) {
      owned[owner]++;
    }
    for (int i = 0; i < quotas.length; i++) {
      if (owned[i] != quotas[i]) {
        throw new IllegalArgumentException(
            "shard "
                + shards.get(i).id()
                + " owns "
                + owned[i]
                + " slots; by its weight "
                + shards.get(i).weight()
                + " it must own "
                + quotas[i]);
      }
    }
    return new Assignment(name, version, shards, quotas, owners, checkedPins(name, shards, pins));
  }

  static int requireSlots(String what, int slots) {
    if (slots < MIN_SLOTS || slots > MAX_SLOTS || Integer.bitCount(slots) != 1) {
      throw new IllegalArgumentException(
          what
              + " is "
              + slots
              + "; it must be a power of two from "
              + MIN_SLOTS
              + " to "
              + MAX_SLOTS);
    }
    return slots;
  }

  /** Limits the shards to 4,096, so that a short can hold the index of a shard. */
  static void requireRoom(String what, int slots, int shards) {
    int max = slots / MIN_SLOTS_PER_SHARD;
    if (shards > max) {
      throw new IllegalArgumentException(
          what
              + " is "
              + shards
              + "; with slots("
              + slots
              + ") it must be at most "
              + max
              + ", so that each shard has "
              + MIN_SLOTS_PER_SHARD
              + " slots on average");
    }
  }

  private static int[] quotas(String name, int slots, List<Shard> shards) {
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("topology " + name + " has no shard; add one");
    }
    requireRoom("number of shards of topology " + name, slots, shards.size());
    int[] weights = shards.stream().mapToInt(Shard::weight).toArray();
    int[] quotas = Quotas.of(weights, slots);
    for (int i = 0; i < quotas.length; i++) {
      if (quotas[i] == 0) {
        throw new IllegalArgumentException(
            "shard("
                + shards.get(i).id()
                + ", "
                + weights[i]
                + ") of topology "
                + name
                + " would own none of slots("
                + slots
                + "); beside the other shards its weight must be at least "
                + minWeight(weights, i, slots));
      }
    }
    return quotas;
  }

  /**
   * Returns the least weight with which a shard owns a slot, by bisection: a higher weight never
   * owns less, and the highest weight owns a slot.
   */
  private static int minWeight(int[] weights, int shard, int slots) {
    int tooLow = weights[shard];
    int enough = Shard.MAX_WEIGHT;
    int[] tried = weights.clone();
    while (tooLow + 1 < enough) {
      tried[shard] = (tooLow + enough) >>> 1;
      if (Quotas.of(tried, slots)[shard] == 0) {
        tooLow = tried[shard];
      } else {
        enough = tried[shard];
      }
    }
    return enough;
  }

  private static List<Pin> checkedPins(
      String name, List<Shard> shards, SortedMap<CanonicalKey, ShardId> pinned) {
    if (pinned.size() > MAX_PINS) {
      throw new IllegalArgumentException(
          ("number of pins of topology " + name + " is " + pinned.size())
              + ("; it must be at most " + MAX_PINS));
    }
    List<Pin> pins = new ArrayList<>();
    List<String> withoutShard = new ArrayList<>();
    Map<Long, CanonicalKey> byHash = new HashMap<>();
    pinned.forEach((key, shard) -> {
      int owner = indexOf(shards, shard);
      if (owner < 0) {
        withoutShard.add(key + " -> " + shard);
      }
      CanonicalKey same = byHash.putIfAbsent(key.hash(), key);
      if (same != null) {
        throw new IllegalArgumentException(
            ("keys " + same + " and " + key + " of topology " + name)
                + " have the same hash; only one of them can be pinned");
      }
      pins.add(new Pin(key, owner < 0 ? shard : shards.get(owner).id())); // shares the ShardId
    });
    if (!withoutShard.isEmpty()) {
      throw new IllegalArgumentException(
          "topology "
              + name
              + " would pin keys to shards that it does not have: "
              + firstTen(withoutShard)
              + "; unpin these keys, or pin them to other shards, in the same evolution");
    }
    return List.copyOf(pins);
  }

  private static String firstTen(List<?> all) {
    String first =
        all.stream().limit(MAX_SHOWN).map(Object::toString).collect(Collectors.joining(", "));
    return all.size() > MAX_SHOWN ? first + " and " + (all.size() - MAX_SHOWN) + " more" : first;
  }

  /** Returns the shards for a message, at most ten of them by name. */
  String someShards() {
    return "[" + firstTen(ids()) + "]";
  }

  /** Returns the index of a shard, or a negative number. */
  int indexOf(ShardId shard) {
    return indexOf(shards, shard);
  }

  /**
   * Returns the index of a shard.
   *
   * @throws IllegalArgumentException if the shard is not part of the topology
   */
  int requireIndex(ShardId shard) {
    int index = indexOf(Objects.requireNonNull(shard, "shard"));
    if (index < 0) {
      throw new IllegalArgumentException(
          ("shard " + shard + " is not part of topology " + name)
              + (" with shards " + someShards()));
    }
    return index;
  }

  private static int indexOf(List<Shard> byId, ShardId shard) {
    int low = 0;
    int high = byId.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = byId.get(middle).id().compareTo(shard);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** Returns the owners as indexes in another list of shards; -1 where that list has no owner. */
  private short[] renumbered(List<Shard> others) {
    short[] indexes = new short[shards.size()];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = (short) indexOf(others, shards.get(i).id());
    }
    short[] renumbered = new short[owners.length];
    for (int slot = 0; slot < renumbered.length; slot++) {
      renumbered[slot] = indexes[owners[slot]];
    }
    return renumbered;
  }

  /** Returns whether only the versions differ. Shards of equal weights keep their slots. */
  boolean hasContentOf(Assignment next) {
    return shards.equals(next.shards) && pins.equals(next.pins);
  }

  List<ShardId> ids() {
    return shards.stream().map(Shard::id).toList();
  }
}
