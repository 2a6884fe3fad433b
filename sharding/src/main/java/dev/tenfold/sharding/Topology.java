// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which shard owns which slot. Keys are hashed to slots, slots are dealt to shards; the number of
 * slots stays, so growing means handing slots over, never hashing anew.
 *
 * <pre>{@code
 * Topology orders = Topology.builder("orders").slots(4096)
 *     .shard("s0", 1).shard("s1", 1).shard("s2", 2)
 *     .build();
 * }</pre>
 *
 * <p>Guarantees. The result depends on the slots, the ids and the weights alone: not on the order
 * of adding, the locale, the JVM or the release of this library. Quotas follow Sainte-Laguë
 * (Webster): a shard's quota differs from its exact share by at most half a slot plus share ×
 * shards / (2 × slots); equal weights differ by at most one slot. Slot 0, 1, ... goes to the shard
 * that still has quota and scores highest; the score of a slot and a shard is {@code
 * StableHash.hash(StableHash.hash(id) ^ slot)}, compared as unsigned, ties by id.
 *
 * <p>What holds today: a topology is built once, as version 1. It cannot be changed into the next
 * version and has no text form yet.
 *
 * <p>Immutable. Reading takes one array access; building takes slots × shards hashes, a few
 * milliseconds for 4,096 slots and 100 shards.
 *
 * <p>Source: M. Balinski, H. P. Young, <em>Fair Representation</em>, 1982, for the quotas; D.
 * Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", <a
 * href="https://doi.org/10.1109/90.663936">doi:10.1109/90.663936</a>, for the scores.
 */
public final class Topology {
  private final String name;
  private final long version;
  private final List<ShardId> shards; // by id
  private final int[] weights; // as shards
  private final int[] quotas; // as shards
  private final ShardId[] owners; // by slot
  private final int shift;

  private Topology(String name, long version, int slots, SortedMap<ShardId, Integer> weightOf) {
    this.name = name;
    this.version = version;
    this.shards = List.copyOf(weightOf.keySet());
    this.weights = weightOf.values().stream().mapToInt(Integer::intValue).toArray();
    this.quotas = Quotas.of(weights, slots);
    this.owners = deal(shards, quotas, slots);
    this.shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
  }

  private static ShardId[] deal(List<ShardId> shards, int[] quotas, int slots) {
    long[] seeds = shards.stream().mapToLong(id -> StableHash.hash(id.value())).toArray();
    int[] left = quotas.clone();
    ShardId[] owners = new ShardId[slots];
    for (int slot = 0; slot < slots; slot++) {
      int best = -1;
      long bestScore = 0;
      for (int i = 0; i < seeds.length; i++) {
        if (left[i] > 0) {
          long score = StableHash.hash(seeds[i] ^ slot);
          if (best < 0 || Long.compareUnsigned(score, bestScore) > 0) {
            best = i;
            bestScore = score;
          }
        }
      }
      left[best]--;
      owners[slot] = shards.get(best);
    }
    return owners;
  }

  /**
   * Begins a topology.
   *
   * @param name 1 to 128 bytes in UTF-8, without white space and control characters; shown in
   *     messages and metrics
   * @return a builder of version 1
   * @throws IllegalArgumentException if the name is not as described
   */
  public static Builder builder(String name) {
    return new Builder(ShardId.requireName("topology name", name));
  }

  /**
   * Returns the name.
   *
   * @return as given to the builder
   */
  public String name() {
    return name;
  }

  /**
   * Returns the version. Nothing keeps two programs from building different topologies of one name,
   * all of version 1: that they agree is up to whoever builds them.
   *
   * @return 1
   */
  public long version() {
    return version;
  }

  /**
   * Returns the number of slots.
   *
   * @return a power of two
   */
  public int slots() {
    return owners.length;
  }

  /**
   * Returns the shards.
   *
   * @return an immutable list, ordered by id
   */
  public List<ShardId> shards() {
    return shards;
  }

  /**
   * Returns the weight of a shard.
   *
   * @param shard one of {@link #shards()}
   * @return 1 to 1,000,000
   * @throws IllegalArgumentException if the shard is not part of this topology
   */
  public int weight(ShardId shard) {
    return weights[indexOf(shard)];
  }

  /**
   * Returns how many slots a shard owns.
   *
   * @param shard one of {@link #shards()}
   * @return at least 1; the quotas of all shards add up to {@link #slots()}
   * @throws IllegalArgumentException if the shard is not part of this topology
   */
  public int quota(ShardId shard) {
    return quotas[indexOf(shard)];
  }

  private int indexOf(ShardId shard) {
    int index = Collections.binarySearch(shards, Objects.requireNonNull(shard, "shard"));
    if (index < 0) {
      throw new IllegalArgumentException(
          "shard " + shard + " is not part of topology " + name + " with shards " + shards);
    }
    return index;
  }

  /**
   * Returns the slot of a hashed key: the high bits of the hash, so that doubling the slots would
   * split each slot in two.
   *
   * @param hash of the key, by {@link StableHash}
   * @return 0 to {@code slots - 1}
   */
  public int slotOf(long hash) {
    return (int) (hash >>> shift);
  }

  /**
   * Returns the shard that owns a slot.
   *
   * @param slot 0 to {@code slots - 1}
   * @return one of {@link #shards()}
   * @throws IndexOutOfBoundsException if there is no such slot
   */
  public ShardId ownerOf(int slot) {
    return owners[slot];
  }

  @Override
  public String toString() {
    return "Topology[" + name + " v" + version + ", " + slots() + " slots, " + shards + "]";
  }

  /** Collects the slots and shards of a topology. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_SLOTS = 65_536;
    private static final int MAX_WEIGHT = 1_000_000;
    private static final int SLOTS_PER_SHARD = 16;

    private final String name;
    private final SortedMap<ShardId, Integer> weights = new TreeMap<>();
    private int slots = 4096;

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Sets the number of slots, fixed for the life of the data. Choose many: a shard needs at least
     * 16 on average, and a slot is the least that can move.
     *
     * @param count a power of two from 16 to 65,536; 4,096 by default
     * @return this builder
     * @throws IllegalArgumentException if it is not
     */
    public Builder slots(int count) {
      if (count < SLOTS_PER_SHARD || count > MAX_SLOTS || Integer.bitCount(count) != 1) {
        throw new IllegalArgumentException(
            "slots "
                + count
                + " is not a power of two from "
                + SLOTS_PER_SHARD
                + " to "
                + MAX_SLOTS);
      }
      this.slots = count;
      return this;
    }

    /**
     * Adds a shard. The order of adding does not matter.
     *
     * @param id as of {@link ShardId}, not added before
     * @param weight 1 to 1,000,000; a shard of weight 2 owns twice the slots of one of weight 1
     * @return this builder
     * @throws IllegalArgumentException if the id is taken or not a shard id, or the weight is out
     *     of range
     */
    public Builder shard(String id, int weight) {
      ShardId shard = new ShardId(id);
      if (weight < 1 || weight > MAX_WEIGHT) {
        throw new IllegalArgumentException(
            "weight " + weight + " of shard " + id + " is not from 1 to " + MAX_WEIGHT);
      }
      if (weights.putIfAbsent(shard, weight) != null) {
        throw new IllegalArgumentException("shard " + id + " was added before");
      }
      return this;
    }

    /**
     * Builds the topology.
     *
     * @return version 1
     * @throws IllegalStateException if there is no shard, there are fewer than 16 slots per shard
     *     on average, or a weight is so small beside the others that its shard would own no slot
     */
    public Topology build() {
      if (weights.isEmpty()) {
        throw new IllegalStateException("topology " + name + " has no shard; add one with shard()");
      }
      if (slots / SLOTS_PER_SHARD < weights.size()) {
        throw new IllegalStateException(
            "slots("
                + slots
                + ") are fewer than "
                + SLOTS_PER_SHARD
                + " for each of "
                + weights.size()
                + " shard()s");
      }
      Topology topology = new Topology(name, 1, slots, weights);
      for (Map.Entry<ShardId, Integer> shard : weights.entrySet()) {
        if (topology.quota(shard.getKey()) == 0) {
          throw new IllegalStateException(
              "shard(" + shard + ") would own none of slots(" + slots + "); raise either");
        }
      }
      return topology;
    }
  }
}
