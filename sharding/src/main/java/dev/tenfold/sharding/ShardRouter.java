// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Routes keys by a {@link Topology}: the hash of the key selects a slot, and the owner of the slot
 * is the shard; a pinned key is routed to the shard of its pin.
 *
 * <pre>{@code
 * ShardRouter router = ShardRouter.of(TopologySource.of(topology));
 * ShardId shard = router.route(userId);
 * }</pre>
 *
 * <p><b>Guarantees.</b> One topology routes one key to one shard, on every JVM, in every locale and
 * release: the hash is {@link StableHash}, frozen under the name {@code tenfold-h1}. All types of
 * integers agree, so {@code Integer 1} and {@code Long 1} are one key; text is another key ({@code
 * "1"} is not {@code 1}). A null key, and a key whose hash can change (floating point, arrays other
 * than {@code byte[]}, objects with an identity hash), is refused: there is no default shard.
 *
 * <p><b>No guarantees.</b> The data is not necessarily where the topology says: to move data after
 * a change of the topology is a migration. Java widens a {@code char} argument to {@code long}:
 * pass {@code String.valueOf(c)}.
 *
 * <p>Thread-safe; never blocks, counts nothing. A route reads {@link TopologySource#current()} once
 * and allocates nothing, except for the UTF-8 bytes of text that is not all ASCII. A pinned key
 * makes the other keys of its slot compare their hash, and costs all other keys nothing.
 *
 * @see HotKeys
 */
public final class ShardRouter implements ShardStrategy {
  private final TopologySource source;

  private ShardRouter(TopologySource source) {
    this.source = source;
  }

  /**
   * Returns a router over a source.
   *
   * @param source returns the topology; called once per route
   * @return the router
   */
  public static ShardRouter of(TopologySource source) {
    return new ShardRouter(Objects.requireNonNull(source, "source"));
  }

  /**
   * Returns the topology in force.
   *
   * @return the current topology of the source
   */
  public Topology topology() {
    return source.current();
  }

  /**
   * Returns the shards of the topology.
   *
   * @return an immutable list, ordered by id
   */
  @Override
  public List<ShardId> shards() {
    return topology().shards();
  }

  /**
   * Routes an integer.
   *
   * @param key any value
   * @return the shard of the key
   */
  @Override
  public ShardId route(long key) {
    Topology topology = source.current();
    long hash = StableHash.hash(key);
    Pin pin = topology.pin(hash);
    return pin != null && pin.canonicalKey().matches(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes text by its UTF-8 bytes.
   *
   * @param key not null
   * @return the shard of the key
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the text has an unpaired surrogate, and so no UTF-8
   */
  public ShardId route(CharSequence key) {
    Topology topology = source.current();
    long hash = StableHash.hash(ShardKeys.require(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.canonicalKey().matches(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes bytes.
   *
   * @param key not null
   * @return the shard of the key
   * @throws NullPointerException if the key is null
   */
  public ShardId route(byte[] key) {
    Topology topology = source.current();
    long hash = StableHash.hash(ShardKeys.require(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.canonicalKey().matches(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes a UUID.
   *
   * @param key not null
   * @return the shard of the key
   * @throws NullPointerException if the key is null
   */
  public ShardId route(UUID key) {
    Topology topology = source.current();
    long hash = StableHash.hash(ShardKeys.require(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.canonicalKey().matches(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes a key of a type that is known at run time only.
   *
   * @param key an integer, text, {@code byte[]} or UUID; see {@link StableHash}
   * @return the shard of the key, the same as from the method for its type
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of this type have no stable hash
   */
  @Override
  public ShardId route(Object key) {
    return route(source.current(), key);
  }

  private static ShardId route(Topology topology, Object key) {
    long hash = StableHash.hash(ShardKeys.require(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.canonicalKey().matches(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes a key and returns how the route came about.
   *
   * @param key as for {@link #route(Object)}
   * @return hash, slot and shard of the key, and the version that decided
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of this type have no stable hash
   */
  public Route explain(Object key) {
    Topology topology = source.current();
    long hash = StableHash.hash(ShardKeys.require(key));
    int slot = topology.slotOf(hash);
    Pin pin = topology.pin(hash);
    return pin != null && pin.canonicalKey().matches(key)
        ? new Route(topology.name(), topology.version(), hash, slot, pin.shard(), true)
        : new Route(topology.name(), topology.version(), hash, slot, topology.owner(hash), false);
  }

  /**
   * Groups keys by shard, for one query per shard. One topology routes all keys.
   *
   * @param <K> the type of the keys, as for {@link #route(Object)}
   * @param keys the keys; a key that occurs twice occurs twice in the result
   * @return the shards of the keys, ordered by id, each with its keys in the given order;
   *     unmodifiable
   * @throws NullPointerException if a key is null
   * @throws IllegalArgumentException if a key has no stable hash
   */
  public <K> Map<ShardId, List<K>> group(Collection<? extends K> keys) {
    Topology topology = source.current();
    Map<ShardId, List<K>> groups = new HashMap<>();
    for (K key : keys) {
      groups.computeIfAbsent(route(topology, key), shard -> new ArrayList<>()).add(key);
    }
    groups.replaceAll((shard, group) -> Collections.unmodifiableList(group));
    return Collections.unmodifiableMap(new TreeMap<>(groups));
  }

  /**
   * Returns the shards for copies of a key, best first: the shard of the key, then the others by
   * weighted rendezvous with its slot, and no zone twice before every zone occurred once. A shard
   * without a zone counts as a zone of its own. All keys of a slot that are not pinned have the
   * same order. A new shard is inserted into the order of the others, which changes only as the
   * zones demand. If the new shard takes the slot, it comes first, and the owner before it takes
   * the place of its own rank. Takes shards × log(shards) steps and allocates.
   *
   * @param key as for {@link #route(Object)}
   * @param count the number of shards, from 1 to all shards of the topology
   * @return {@code count} different shards, the shard of the key first
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key has no stable hash, or the count is out of range
   */
  public List<ShardId> preference(Object key, int count) {
    return Collections.unmodifiableList(preference(source.current(), key, count));
  }

  /**
   * Returns the shards of {@link #preference(Object, int)}, those in the reader's zone first.
   *
   * @param key as for {@link #route(Object)}
   * @param count the number of shards, from 1 to all shards of the topology
   * @param nearZone the reader's zone
   * @return the same shards in another order
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key has no stable hash, or the count is out of range
   */
  public List<ShardId> preference(Object key, int count, String nearZone) {
    Objects.requireNonNull(nearZone, "nearZone");
    Topology topology = source.current();
    List<ShardId> shards = preference(topology, key, count);
    return Collections.unmodifiableList(Preference.near(topology.assignment(), shards, nearZone));
  }

  private static List<ShardId> preference(Topology topology, Object key, int count) {
    Checks.range(1, topology.shards().size(), "count of shards", count);
    ShardId owner = route(topology, key);
    int slot = topology.slotOf(StableHash.hash(key));
    return Preference.of(topology.assignment(), slot, owner, count);
  }

  @Override
  public String toString() {
    return "ShardRouter[" + source.current() + "]";
  }
}
