// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A versioned table of which shard owns which slot. Keys are hashed to slots, and slots are
 * assigned to shards. The number of slots never changes: growth hands slots over to other shards,
 * and no key is hashed anew.
 *
 * <pre>{@code
 * Topology v1 = Topology.builder("orders").slots(4096)
 *     .shard("s0", 1000).shard("s1", 1000).shard("s2", 2000)
 *     .build();
 * Topology v2 = v1.evolve().add("s3", 2000).remove("s0").pin("tenant-7", "s3").build();
 * }</pre>
 *
 * <p><b>Guarantees.</b> A new topology depends on its slots, ids, weights and pins alone. The next
 * version depends on the version before and on the changes alone. Neither depends on the order of
 * the calls, the locale, the JVM or the release of this library. Programs that hold equal {@link
 * #text texts} route every key alike.
 *
 * <p><em>Quotas</em> follow Sainte-Laguë (Webster) and depend on the weights alone, whatever the
 * history. The quota of a shard differs from its exact share by at most half a slot plus share ×
 * shards / (2 × slots). Shards of equal weight differ by at most one slot. A change moves exactly
 * the sum of what quotas lose: an added shard only gains slots, a removed shard only loses them,
 * and a new weight moves slots only to or from that shard. If several changes come together, no
 * slot moves between two shards that stay as they are.
 *
 * <p><em>Slots</em> go to the shards with the highest scores {@code
 * StableHash.hash(StableHash.hash(id) ^ slot)} within the quotas. In a new topology each slot in
 * turn takes the best shard that has quota left. In the next version each shard that gains, in the
 * order of ids, takes its best slots of those that shards above their quota own.
 *
 * <p><b>No guarantees.</b> Slots are balanced; keys per slot follow chance, and load per key is up
 * to you. Two programs that evolve the same version make two topologies of one version with
 * different {@link #checksum checksums}: publish in one place, which refuses the second. A topology
 * moves no data; {@link MigrationPlan} says what has to move.
 *
 * <p>Immutable and thread-safe. A look-up takes two array accesses. {@code build} takes slots ×
 * shards hashes, {@code evolve} slots × gaining shards: milliseconds for 4,096 slots and 100
 * shards; for 65,536 slots and 4,000 shards half a second, or seconds if most shards gain. A
 * topology takes 2 bytes per slot, 4 with pins, and some 100 bytes per shard and per pin.
 *
 * <p>{@link Quotas} computes the quotas, {@link SlotDealer} assigns the slots, {@link TopologyText}
 * has the format of the text.
 *
 * <p>Source: M. Balinski, H. P. Young, <em>Fair Representation</em>, 1982, for the quotas; D.
 * Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", <a
 * href="https://doi.org/10.1109/90.663936">doi:10.1109/90.663936</a>, for the scores.
 */
public final class Topology {
  /** Marks the entry of a slot that has pinned keys: the pins are looked up first. */
  private static final short PINNED = Short.MIN_VALUE;

  private final Assignment assignment;
  private final short[] table; // by slot: the index of the owner in shards, and PINNED
  private final ShardId[] shards; // by id
  private final List<ShardId> ids;
  private final int shift;
  private final KeyTable pins;
  private @Nullable String checksum; // computed at the first call; threads compute the same value

  private Topology(Assignment assignment) {
    this.assignment = assignment;
    this.ids = assignment.ids();
    this.shards = ids.toArray(new ShardId[0]);
    this.shift = Long.SIZE - Integer.numberOfTrailingZeros(assignment.owners.length);
    this.pins = new KeyTable(assignment.pins);
    this.table = assignment.pins.isEmpty() ? assignment.owners : withPinnedSlots(assignment);
  }

  private short[] withPinnedSlots(Assignment assignment) {
    short[] entries = assignment.owners.clone();
    for (Pin pin : assignment.pins) {
      entries[slotOf(pin.canonicalKey().hash())] |= PINNED;
    }
    return entries;
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
   * @param text what {@link #text} returned; at most 4,194,304 characters
   * @return the same topology
   * @throws IllegalArgumentException if the text is truncated, edited, of another format or hash,
   *     or of a topology that cannot be built
   */
  public static Topology parse(String text) {
    return new Topology(TopologyText.read(text));
  }

  /**
   * Returns the canonical text: everything that this topology is, in lines for people and diffs.
   * Two topologies are the same if and only if their texts are equal ({@link #equals} compares
   * objects). The last line is {@code checksum} and 16 hexadecimal digits: {@code tenfold-h1} of
   * the UTF-8 before that line.
   *
   * @return lines that end with a line feed; computed at each call
   */
  public String text() {
    return TopologyText.write(assignment);
  }

  /**
   * Returns the checksum of the text. Programs with equal checksums agree on every route. The
   * checksum detects mistakes, not malice.
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
   * @return a builder of the version after this one
   */
  public Evolution evolve() {
    return new Evolution(assignment);
  }

  /**
   * Returns the name.
   *
   * @return as given to {@link #builder}
   */
  public String name() {
    return assignment.name;
  }

  /**
   * Returns the version: 1 for a new topology, one more after each evolution.
   *
   * @return 1 or more
   */
  public long version() {
    return assignment.version;
  }

  /**
   * Returns whether this topology may follow another one: same name, same number of slots, higher
   * version. {@link TopologyWatch}, {@link TopologyFile}, {@link MigrationPlan} and {@code
   * jdbc.TopologyTable} apply this rule.
   *
   * @param before the topology that would be replaced
   * @return true for every later version, not only for the next one
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
    return assignment.shards.get(assignment.requireIndex(shard)).weight();
  }

  /**
   * Returns the zone of a shard.
   *
   * @param shard one of {@link #shards()}
   * @return empty if the shard is in no zone
   * @throws IllegalArgumentException if the shard is not part of this topology
   */
  public Optional<String> zone(ShardId shard) {
    return Optional.ofNullable(assignment.shards.get(assignment.requireIndex(shard)).zone());
  }

  /**
   * Returns the number of slots that a shard owns.
   *
   * @param shard one of {@link #shards()}
   * @return at least 1; the quotas of all shards sum up to {@link #slots()}
   * @throws IllegalArgumentException if the shard is not part of this topology
   */
  public int quota(ShardId shard) {
    return assignment.quotas[assignment.requireIndex(shard)];
  }

  /**
   * Returns the pinned keys.
   *
   * @return an immutable list, ordered by the canonical bytes of the keys
   */
  public List<Pin> pins() {
    return assignment.pins;
  }

  /**
   * Returns the slot of a hashed key: the high bits of the hash, so that twice the slots would
   * split each slot in two.
   *
   * @param hash of the key, by {@link dev.tenfold.core.StableHash}
   * @return 0 to {@code slots - 1}
   */
  public int slotOf(long hash) {
    return (int) (hash >>> shift);
  }

  /**
   * Returns the shard that owns a slot, and with the slot all its keys that are not pinned.
   *
   * @param slot 0 to {@code slots - 1}
   * @return one of {@link #shards()}
   * @throws IndexOutOfBoundsException if the slot does not exist
   */
  public ShardId ownerOf(int slot) {
    return shards[ownerIndex(table[slot])];
  }

  /** Returns the owner of a hashed key that is not pinned. */
  ShardId owner(long hash) {
    return shards[ownerIndex(table[(int) (hash >>> shift)])];
  }

  /**
   * Returns the pin whose key has this hash (there is at most one), or null. The caller compares
   * the keys.
   */
  @Nullable Pin pin(long hash) {
    return table[(int) (hash >>> shift)] < 0 ? pins.find(hash) : null;
  }

  /** Returns the index of the owner in {@link #shards()}, given an entry of {@link #table()}. */
  static int ownerIndex(short entry) {
    return entry & ~PINNED;
  }

  /** Returns the entries of all slots. The array is never written. */
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

  /**
   * Builds the first version of a topology. Each setter throws an {@link IllegalArgumentException}
   * if an argument is not as described. Not thread-safe.
   */
  public static final class Builder {
    private final String name;
    private final SortedMap<ShardId, Shard> shards = new TreeMap<>();
    private final SortedMap<CanonicalKey, ShardId> pins = new TreeMap<>();
    private int slots = 4096;

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Sets the number of slots, which never changes. Choose many: a shard needs at least 16 on
     * average, and a slot is the least that can move. Default 4,096.
     *
     * @param slots a power of two from 16 to 65,536
     * @return this builder
     */
    public Builder slots(int slots) {
      this.slots = Assignment.requireSlots("slots of topology " + name, slots);
      return this;
    }

    /**
     * Adds a shard in no zone. The order of shards does not matter.
     *
     * @param id a name as of {@link ShardId}, not added before
     * @param weight 1 to 1,000,000; a shard of weight 2 owns twice the slots of one of weight 1
     * @return this builder
     */
    public Builder shard(String id, int weight) {
      return add(new Shard(new ShardId(id), weight, null));
    }

    /**
     * Adds a shard in a zone. Zones decide the order of {@link ShardRouter#preference} and nothing
     * else.
     *
     * @param id a name as of {@link ShardId}, not added before
     * @param weight 1 to 1,000,000
     * @param zone where the shard runs; a name as of {@link ShardId}
     * @return this builder
     */
    public Builder shard(String id, int weight, String zone) {
      return add(new Shard(new ShardId(id), weight, Objects.requireNonNull(zone, "zone")));
    }

    private Builder add(Shard shard) {
      if (shards.putIfAbsent(shard.id(), shard) != null) {
        throw new IllegalArgumentException(
            "shard " + shard.id() + " of topology " + name + " was added before");
      }
      return this;
    }

    /**
     * Pins a key to a shard, whatever shard owns the key's slot. At most 4,096 keys.
     *
     * @param key of a type that has a stable hash; at most 128 canonical bytes; not pinned before
     * @param shard the shard of the key
     * @return this builder
     */
    public Builder pin(Object key, String shard) {
      CanonicalKey canonical = CanonicalKey.of(key);
      if (pins.putIfAbsent(canonical, new ShardId(shard)) != null) {
        throw new IllegalArgumentException(
            "key " + canonical + " of topology " + name + " was pinned before");
      }
      return this;
    }

    /**
     * Builds the topology.
     *
     * @return version 1
     * @throws IllegalArgumentException if there is no shard, if there are fewer than 16 slots per
     *     shard on average, if a weight is so small beside the others that its shard would own no
     *     slot, if a key is pinned to a shard that was not added, if there are more than 4,096
     *     pins, or if two pinned keys have the same hash
     */
    public Topology build() {
      return new Topology(Assignment.first(name, slots, shards.values(), pins));
    }
  }

  /**
   * Builds the next version of a topology. A shard can be added or removed, or its weight and its
   * zone can be changed, each once; a key can be pinned or unpinned once. Each setter throws an
   * {@link IllegalArgumentException} if an argument is not as described. The order of the calls
   * does not matter. Not thread-safe.
   */
  public static final class Evolution {
    private final Changes changes;

    private Evolution(Assignment before) {
      this.changes = new Changes(before);
    }

    /**
     * Adds a shard in no zone.
     *
     * @param id a name as of {@link ShardId}, not part of the topology
     * @param weight 1 to 1,000,000
     * @return this builder
     */
    public Evolution add(String id, int weight) {
      changes.add(new ShardId(id), weight, null);
      return this;
    }

    /**
     * Adds a shard in a zone.
     *
     * @param id a name as of {@link ShardId}, not part of the topology
     * @param weight 1 to 1,000,000
     * @param zone where the shard runs; a name as of {@link ShardId}
     * @return this builder
     */
    public Evolution add(String id, int weight, String zone) {
      changes.add(new ShardId(id), weight, Objects.requireNonNull(zone, "zone"));
      return this;
    }

    /**
     * Removes a shard.
     *
     * @param id part of the topology, otherwise unchanged
     * @return this builder
     */
    public Evolution remove(String id) {
      changes.remove(new ShardId(id));
      return this;
    }

    /**
     * Sets the weight of a shard.
     *
     * @param id part of the topology, not removed
     * @param weight 1 to 1,000,000
     * @return this builder
     */
    public Evolution reweight(String id, int weight) {
      changes.reweight(new ShardId(id), weight);
      return this;
    }

    /**
     * Sets the zone of a shard, whether the shard was in a zone before or not. No slot moves; the
     * order of {@link ShardRouter#preference} follows the zones.
     *
     * @param id part of the topology, not removed
     * @param zone a name as of {@link ShardId}
     * @return this builder
     */
    public Evolution rezone(String id, String zone) {
      changes.rezone(new ShardId(id), Objects.requireNonNull(zone, "zone"));
      return this;
    }

    /**
     * Pins a key to a shard, whether the key was pinned before or not.
     *
     * @param key of a type that has a stable hash; at most 128 canonical bytes; not changed before
     * @param shard part of the next version
     * @return this builder
     */
    public Evolution pin(Object key, String shard) {
      changes.pin(CanonicalKey.of(key), new ShardId(shard));
      return this;
    }

    /**
     * Removes the pin of a key. The owner of the key's slot owns the key again.
     *
     * @param key pinned in the topology; not changed before
     * @return this builder
     */
    public Evolution unpin(Object key) {
      changes.unpin(CanonicalKey.of(key));
      return this;
    }

    /**
     * Builds the next version.
     *
     * @return the version after the one that evolves
     * @throws IllegalArgumentException as {@link Builder#build}; also if a removed shard has pinned
     *     keys (the message names ten), or if nothing would change
     * @throws IllegalStateException after version {@link Long#MAX_VALUE}
     */
    public Topology build() {
      return new Topology(changes.next());
    }
  }
}
