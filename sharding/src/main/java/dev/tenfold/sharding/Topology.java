// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which shard owns which slot. Keys are hashed to slots, slots are dealt to shards; the number of
 * slots stays, so growing means handing slots over, never hashing anew.
 *
 * <pre>{@code
 * Topology v1 = Topology.builder("orders").slots(4096)
 *     .shard("s0", 1).shard("s1", 1).shard("s2", 2)
 *     .build();
 * Topology v2 = v1.evolve().add("s3", 2).remove("s0").pin("tenant-7", "s3").build();
 * }</pre>
 *
 * <p><b>Guaranteed.</b> A new topology depends on its slots, ids and weights alone, the next one on
 * the one before and what is changed: not on the order of the calls, the locale, the JVM or the
 * release of this library. Programs that hold equal {@link #text texts} route every key alike.
 *
 * <p>Quotas follow Sainte-Laguë (Webster), and depend on the weights alone, whatever the history: a
 * shard's quota differs from its exact share by at most half a slot plus share × shards / (2 ×
 * slots); equal weights differ by at most one slot. A change moves exactly the sum of what quotas
 * lose: adding moves slots to the newcomer only, removing from the removed only, reweighting one to
 * or from it only. Of several at once, no slot passes between two shards that stay as they are.
 *
 * <p>Which slots: the score of a slot and a shard is {@code StableHash.hash(StableHash.hash(id) ^
 * slot)}, compared as unsigned. A new topology gives slot 0, 1, ... to the shard that still has
 * quota and scores highest, ties by id. Later each gaining shard, in the order of ids, takes the
 * slots it scores highest for among those of shards above their quota, ties by slot.
 *
 * <p><b>Not guaranteed.</b> Slots are balanced, keys follow by chance, and how much each of them
 * holds or is asked for is up to you. Two programs that evolve one version apart make two
 * topologies of the same version and different {@link #checksum checksums}: publish through one
 * place, which refuses the second. Nothing here moves data; {@link MigrationPlan} says what has to.
 *
 * <p>Immutable. A look-up takes two array accesses. Building takes slots × shards hashes, evolving
 * slots × gaining shards: milliseconds for 4,096 slots and 100 shards; for 65,536 and 4,000 half a
 * second, or seconds if most of them gain. Holds 2 bytes per slot, 4 if keys are pinned, and some
 * 100 per shard and pin.
 *
 * <p>Source: M. Balinski, H. P. Young, <em>Fair Representation</em>, 1982, for the quotas; D.
 * Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", <a
 * href="https://doi.org/10.1109/90.663936">doi:10.1109/90.663936</a>, for the scores.
 */
public final class Topology {
  /** In the table, a slot that has pinned keys: they are to be looked for first. */
  private static final short PINNED = Short.MIN_VALUE;

  private final Assignment assignment;
  private final short[] table; // by slot: index into shards, and PINNED
  private final ShardId[] shards; // by id
  private final List<ShardId> ids;
  private final int shift;
  private final KeyTable pins;
  private @Nullable String checksum; // made when first asked for; always the same

  private Topology(Assignment assignment) {
    this.assignment = assignment;
    this.ids = assignment.ids();
    this.shards = ids.toArray(new ShardId[0]);
    this.shift = Long.SIZE - Integer.numberOfTrailingZeros(assignment.owners.length);
    this.pins = new KeyTable(assignment.pins);
    this.table = assignment.pins.isEmpty() ? assignment.owners : marked(assignment);
  }

  private short[] marked(Assignment assignment) {
    short[] marked = assignment.owners.clone();
    for (Pin pin : assignment.pins) {
      marked[slotOf(pin.exactKey().hash())] |= PINNED;
    }
    return marked;
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
   * Reads a topology from its canonical text.
   *
   * @param text what {@link #text} returned, of at most 4,194,304 characters
   * @return the same topology
   * @throws IllegalArgumentException if it is anything else: truncated, edited, of another format
   *     or hash, or such as could not have been built
   */
  public static Topology parse(String text) {
    return new Topology(TopologyText.read(text));
  }

  /**
   * Returns the canonical text: all that this topology is, in lines that people and diffs can read.
   * Two topologies are the same if and only if their texts are equal; {@link #equals} asks whether
   * they are one object. It ends with a line {@code checksum} and 16 hexadecimal digits, {@code
   * tenfold-h1} of the UTF-8 before it.
   *
   * @return lines that end with a line feed, made anew at each call
   */
  public String text() {
    return TopologyText.write(assignment);
  }

  /**
   * Returns the checksum of the text, by which programs can tell that they agree. It finds
   * mistakes, not malice.
   *
   * @return 16 hexadecimal digits
   */
  public String checksum() {
    String known = checksum;
    if (known == null) {
      known = TopologyText.checksumOf(text());
      checksum = known;
    }
    return known;
  }

  /**
   * Begins the next version.
   *
   * @return what is to change
   */
  public Evolution evolve() {
    return new Evolution(assignment);
  }

  /**
   * Returns the name.
   *
   * @return as given to the builder
   */
  public String name() {
    return assignment.name;
  }

  /**
   * Returns the version: 1 as built, one more with each evolution.
   *
   * @return 1 or more
   */
  public long version() {
    return assignment.version;
  }

  /**
   * Returns whether this may replace another one: of the same name and slots, and newer.
   *
   * @param before the one that would be replaced
   * @return whether it is a later version of it, not necessarily the next
   */
  public boolean succeeds(Topology before) {
    return name().equals(before.name())
        && slots() == before.slots()
        && version() > before.version();
  }

  /**
   * Returns the number of slots.
   *
   * @return a power of two
   */
  public int slots() {
    return table.length;
  }

  /**
   * Returns the shards.
   *
   * @return an immutable list, ordered by id
   */
  public List<ShardId> shards() {
    return ids;
  }

  /**
   * Returns the weight of a shard.
   *
   * @param shard one of {@link #shards()}
   * @return 1 to 1,000,000
   * @throws IllegalArgumentException if the shard is not part of this topology
   */
  public int weight(ShardId shard) {
    return assignment.shards.get(indexOf(shard)).weight();
  }

  /**
   * Returns the zone of a shard.
   *
   * @param shard one of {@link #shards()}
   * @return empty if it was given none
   * @throws IllegalArgumentException if the shard is not part of this topology
   */
  public Optional<String> zone(ShardId shard) {
    return Optional.ofNullable(assignment.shards.get(indexOf(shard)).zone());
  }

  /**
   * Returns how many slots a shard owns.
   *
   * @param shard one of {@link #shards()}
   * @return at least 1; the quotas of all shards add up to {@link #slots()}
   * @throws IllegalArgumentException if the shard is not part of this topology
   */
  public int quota(ShardId shard) {
    return assignment.quotas[indexOf(shard)];
  }

  /**
   * Returns the keys that have a shard of their own choice.
   *
   * @return an immutable list, ordered by the bytes of the keys
   */
  public List<Pin> pins() {
    return assignment.pins;
  }

  private int indexOf(ShardId shard) {
    int index = assignment.indexOf(Objects.requireNonNull(shard, "shard"));
    if (index < 0) {
      throw new IllegalArgumentException(
          "shard "
              + shard
              + " is not part of topology "
              + name()
              + " with shards "
              + assignment.someShards());
    }
    return index;
  }

  /**
   * Returns the slot of a hashed key: the high bits of the hash, so that doubling the slots would
   * split each slot in two.
   *
   * @param hash of the key, by {@link dev.tenfold.core.StableHash}
   * @return 0 to {@code slots - 1}
   */
  public int slotOf(long hash) {
    return (int) (hash >>> shift);
  }

  /**
   * Returns the shard that owns a slot, and with it all its keys that are not pinned.
   *
   * @param slot 0 to {@code slots - 1}
   * @return one of {@link #shards()}
   * @throws IndexOutOfBoundsException if there is no such slot
   */
  public ShardId ownerOf(int slot) {
    return shards[index(table[slot])];
  }

  /** Returns the owner of a hashed key that is not pinned. */
  ShardId owner(long hash) {
    return shards[index(table[(int) (hash >>> shift)])];
  }

  /** Returns the only pin that may be of a key with that hash. The caller compares the keys. */
  @Nullable Pin pin(long hash) {
    return table[(int) (hash >>> shift)] < 0 ? pins.find(hash) : null;
  }

  /** Returns the index of an entry's owner in {@link #shards()}. */
  static int index(short entry) {
    return entry & ~PINNED;
  }

  /** Returns the entries of all slots. Never written. */
  short[] table() {
    return table;
  }

  Assignment assignment() {
    return assignment;
  }

  @Override
  public String toString() {
    return "Topology["
        + (name() + " v" + version() + ", " + slots() + " slots, ")
        + (assignment.someShards() + "]");
  }

  /** Collects what a first version has; the next are evolved from it. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final SortedMap<ShardId, Shard> shards = new TreeMap<>();
    private final SortedMap<CanonicalKey, ShardId> pins = new TreeMap<>();
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
      this.slots = Assignment.checkedSlots(count);
      return this;
    }

    /**
     * Adds a shard in no zone. The order of adding does not matter.
     *
     * @param id as of {@link ShardId}, not added before
     * @param weight 1 to 1,000,000; a shard of weight 2 owns twice the slots of one of weight 1
     * @return this builder
     * @throws IllegalArgumentException if one of them is not as described
     */
    public Builder shard(String id, int weight) {
      return add(new Shard(new ShardId(id), weight, null));
    }

    /**
     * Adds a shard. Zones decide nothing but the order of {@link ShardRouter#preference}.
     *
     * @param id as of {@link ShardId}, not added before
     * @param weight 1 to 1,000,000
     * @param zone where it runs; a name as of {@link ShardId}
     * @return this builder
     * @throws IllegalArgumentException if one of them is not as described
     */
    public Builder shard(String id, int weight, String zone) {
      return add(new Shard(new ShardId(id), weight, Objects.requireNonNull(zone, "zone")));
    }

    private Builder add(Shard shard) {
      if (shards.putIfAbsent(shard.id(), shard) != null) {
        throw new IllegalArgumentException("shard " + shard.id() + " was added before");
      }
      return this;
    }

    /**
     * Pins a key to a shard, wherever its slot goes.
     *
     * @param key of a type that has a stable hash, of at most 128 bytes; one of 4,096 at most
     * @param shard its shard
     * @return this builder
     * @throws IllegalArgumentException if the key is pinned before, too long, or has no stable hash
     */
    public Builder pin(Object key, String shard) {
      CanonicalKey exact = CanonicalKey.of(key);
      if (pins.putIfAbsent(exact, new ShardId(shard)) != null) {
        throw new IllegalArgumentException("key " + exact + " was pinned before");
      }
      return this;
    }

    /**
     * Builds the topology.
     *
     * @return version 1
     * @throws IllegalStateException if there is no shard, there are fewer than 16 slots per shard
     *     on average, a weight is so small beside the others that its shard would own no slot, a
     *     key is pinned to a shard that was not added, there are more than 4,096 pins, or two
     *     pinned keys have one hash
     */
    public Topology build() {
      return new Topology(Assignment.first(name, slots, shards.values(), pins));
    }
  }

  /**
   * Collects what is to be different in the next version. A key is changed once at most; a shard is
   * added or removed, or its weight and its zone are changed once each. The order of the calls does
   * not matter. Not thread-safe.
   */
  public static final class Evolution {
    private final Changes changes;

    private Evolution(Assignment before) {
      this.changes = new Changes(before);
    }

    /**
     * Adds a shard in no zone.
     *
     * @param id as of {@link ShardId}, not part of the topology
     * @param weight 1 to 1,000,000
     * @return this
     * @throws IllegalArgumentException if one of them is not as described
     */
    public Evolution add(String id, int weight) {
      changes.add(new ShardId(id), weight, null);
      return this;
    }

    /**
     * Adds a shard.
     *
     * @param id as of {@link ShardId}, not part of the topology
     * @param weight 1 to 1,000,000
     * @param zone where it runs; a name as of {@link ShardId}
     * @return this
     * @throws IllegalArgumentException if one of them is not as described
     */
    public Evolution add(String id, int weight, String zone) {
      changes.add(new ShardId(id), weight, Objects.requireNonNull(zone, "zone"));
      return this;
    }

    /**
     * Removes a shard.
     *
     * @param id part of the topology, otherwise unchanged
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public Evolution remove(String id) {
      changes.remove(new ShardId(id));
      return this;
    }

    /**
     * Gives a shard another weight.
     *
     * @param id part of the topology, not removed
     * @param weight 1 to 1,000,000
     * @return this
     * @throws IllegalArgumentException if it is not, or the weight is out of range
     */
    public Evolution reweight(String id, int weight) {
      changes.reweight(new ShardId(id), weight);
      return this;
    }

    /**
     * Says where a shard runs, whether or not it was in a zone before. Nothing moves; the order of
     * {@link ShardRouter#preference} follows the zones.
     *
     * @param id part of the topology, not removed
     * @param zone a name as of {@link ShardId}
     * @return this
     * @throws IllegalArgumentException if they are not
     */
    public Evolution rezone(String id, String zone) {
      changes.rezone(new ShardId(id), Objects.requireNonNull(zone, "zone"));
      return this;
    }

    /**
     * Pins a key to a shard, whether or not it was pinned before.
     *
     * @param key of a type that has a stable hash, of at most 128 bytes
     * @param shard part of the next version
     * @return this
     * @throws IllegalArgumentException if the key was changed before, is too long, or has no stable
     *     hash
     */
    public Evolution pin(Object key, String shard) {
      changes.pin(CanonicalKey.of(key), new ShardId(shard));
      return this;
    }

    /**
     * Lets a key live where its slot lives again.
     *
     * @param key pinned in the topology
     * @return this
     * @throws IllegalArgumentException if it is not, or was changed before
     */
    public Evolution unpin(Object key) {
      changes.unpin(CanonicalKey.of(key));
      return this;
    }

    /**
     * Builds the next version.
     *
     * @return the version after the one that evolves
     * @throws IllegalStateException as {@link Builder#build}; also if a removed shard has keys
     *     pinned to it, of which the message names ten, if nothing would change, or after version
     *     {@link Long#MAX_VALUE}
     */
    public Topology build() {
      return new Topology(changes.after());
    }
  }
}
