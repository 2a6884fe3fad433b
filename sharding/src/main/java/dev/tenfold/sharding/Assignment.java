// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What a topology says, as data: complete, checked, and the same for the same history. Immutable;
 * its arrays are shared and never written.
 */
final class Assignment {
  static final int LEAST_SLOTS = 16;
  static final int MOST_SLOTS = 65_536;
  private static final int SLOTS_PER_SHARD = 16;

  final String name;
  final long version;
  final List<Shard> shards; // by id
  final int[] quotas; // as shards
  final short[] owners; // by slot: index into shards
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
   * Deals all slots for the first time.
   *
   * @throws IllegalStateException if the shards do not fit the slots or a pin has no shard
   */
  static Assignment first(
      String name, int slots, Collection<Shard> byId, SortedMap<CanonicalKey, ShardId> pins) {
    List<Shard> shards = List.copyOf(byId);
    int[] quotas = quotas(name, slots, shards);
    short[] owners = SlotDealer.dealAll(shards, quotas, slots);
    return new Assignment(name, 1, shards, quotas, owners, checked(name, shards, pins));
  }

  /**
   * Hands over what other shards and weights demand, as the next version.
   *
   * @throws IllegalStateException as {@link #first}, or after version {@link Long#MAX_VALUE}
   */
  Assignment next(Collection<Shard> byId, SortedMap<CanonicalKey, ShardId> nextPins) {
    if (version == Long.MAX_VALUE) {
      throw new IllegalStateException("topology " + name + " is of the last version, " + version);
    }
    List<Shard> nextShards = List.copyOf(byId);
    int[] nextQuotas = quotas(name, owners.length, nextShards);
    short[] left = translated(indexesIn(nextShards));
    short[] nextOwners = SlotDealer.dealVacant(nextShards, nextQuotas, left);
    List<Pin> checkedPins = checked(name, nextShards, nextPins);
    return new Assignment(name, version + 1, nextShards, nextQuotas, nextOwners, checkedPins);
  }

  /**
   * Takes what somebody has written down, if it could have come about.
   *
   * @throws IllegalStateException if it could not
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
        throw new IllegalStateException(
            "shard "
                + shards.get(i).id()
                + " owns "
                + owned[i]
                + " slots; by its weight "
                + shards.get(i).weight()
                + " it must be "
                + quotas[i]);
      }
    }
    return new Assignment(name, version, shards, quotas, owners, checked(name, shards, pins));
  }

  static int checkedSlots(int count) {
    if (count < LEAST_SLOTS || count > MOST_SLOTS || Integer.bitCount(count) != 1) {
      throw new IllegalArgumentException(
          "slots " + count + " is not a power of two from " + LEAST_SLOTS + " to " + MOST_SLOTS);
    }
    return count;
  }

  /** So there are 4,096 shards at most, which a short can number. */
  static void requireRoom(int slots, int shards) {
    if (slots / SLOTS_PER_SHARD < shards) {
      throw new IllegalStateException(
          shards
              + " shards are too many for slots("
              + slots
              + "); the most is "
              + slots / SLOTS_PER_SHARD
              + ", so that each has "
              + SLOTS_PER_SHARD
              + " on average");
    }
  }

  private static int[] quotas(String name, int slots, List<Shard> shards) {
    if (shards.isEmpty()) {
      throw new IllegalStateException("topology " + name + " has no shard; add one");
    }
    requireRoom(slots, shards.size());
    int[] weights = shards.stream().mapToInt(Shard::weight).toArray();
    int[] quotas = Quotas.of(weights, slots);
    for (int i = 0; i < quotas.length; i++) {
      if (quotas[i] == 0) {
        throw new IllegalStateException(
            "shard("
                + shards.get(i).id()
                + ", "
                + weights[i]
                + ") would own none of slots("
                + slots
                + "); the least weight that owns one beside the others is "
                + leastWeight(weights, i, slots));
      }
    }
    return quotas;
  }

  /** Found by bisection: a higher weight never owns less, and one as high as all others' owns. */
  private static int leastWeight(int[] weights, int shard, int slots) {
    int none = weights[shard];
    int some = Shard.MOST_WEIGHT;
    int[] tried = weights.clone();
    while (none + 1 < some) {
      tried[shard] = (none + some) >>> 1;
      if (Quotas.of(tried, slots)[shard] == 0) {
        none = tried[shard];
      } else {
        some = tried[shard];
      }
    }
    return some;
  }

  private static List<Pin> checked(
      String name, List<Shard> shards, SortedMap<CanonicalKey, ShardId> pinned) {
    if (pinned.size() > KeyTable.MOST) {
      throw new IllegalStateException(
          "topology " + name + " has " + pinned.size() + " pins; the most is " + KeyTable.MOST);
    }
    List<Pin> pins = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    Map<Long, CanonicalKey> byHash = new HashMap<>();
    pinned.forEach((key, shard) -> {
      int owner = indexOf(shards, shard);
      if (owner < 0) {
        lost.add(key + " -> " + shard);
      }
      CanonicalKey same = byHash.putIfAbsent(key.hash(), key);
      if (same != null) {
        throw new IllegalStateException(
            "keys " + same + " and " + key + " have one hash; only one of them can be pinned");
      }
      pins.add(new Pin(key, owner < 0 ? shard : shards.get(owner).id())); // one object for all
    });
    if (!lost.isEmpty()) {
      throw new IllegalStateException(
          "topology "
              + name
              + " would pin keys to shards it does not have: "
              + some(lost)
              + "; unpin them, or pin them to others, in the same step");
    }
    return List.copyOf(pins);
  }

  /** The first ten, for people: thousands would hide what a message is about. */
  private static String some(List<?> all) {
    String some = all.stream().limit(10).map(Object::toString).collect(Collectors.joining(", "));
    return all.size() > 10 ? some + " and " + (all.size() - 10) + " more" : some;
  }

  /** Returns the shards for people, not all of them if they are many. */
  String someShards() {
    return "[" + some(ids()) + "]";
  }

  /** Returns the index of a shard, or a negative number. */
  int indexOf(ShardId shard) {
    return indexOf(shards, shard);
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

  /** Returns where each shard stands in another list, -1 where it does not. */
  short[] indexesIn(List<Shard> others) {
    short[] indexes = new short[shards.size()];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = (short) indexOf(others, shards.get(i).id());
    }
    return indexes;
  }

  private short[] translated(short[] indexes) {
    short[] other = new short[owners.length];
    for (int slot = 0; slot < other.length; slot++) {
      other[slot] = indexes[owners[slot]];
    }
    return other;
  }

  /** Whether the version after this one only has another number: equal shards keep their slots. */
  boolean isRepeatedBy(Assignment next) {
    return shards.equals(next.shards) && pins.equals(next.pins);
  }

  List<ShardId> ids() {
    return shards.stream().map(Shard::id).toList();
  }
}
