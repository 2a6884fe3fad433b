// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

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
 * Decides which shard a key belongs to: hash, slot, owner; or the shard it is pinned to.
 *
 * <pre>{@code
 * ShardRouter router = ShardRouter.of(TopologySource.of(topology));
 * ShardId shard = router.route(userId);
 * }</pre>
 *
 * <p>Guarantees. One topology sends one key to one shard, on every JVM, in every locale, in every
 * release: the hash is {@link StableHash}, frozen under the name {@code tenfold-h1}. All integer
 * types agree, so {@code Integer 1} and {@code Long 1} are one key; text is another ({@code "1"} is
 * not {@code 1}). A null key, and a key whose hash could change (floating point, arrays, objects
 * with an identity hash), is refused: there is no default shard.
 *
 * <p>Not promised: that data is where the topology says. Moving it when the topology changes is a
 * migration.
 *
 * <p>Java widens a {@code char} argument to {@code long} by itself: pass {@code String.valueOf(c)}.
 *
 * <p>Thread-safe, never blocks, counts nothing. A route reads {@link TopologySource#current()} once
 * and allocates nothing, except for the UTF-8 bytes of text that is not all ASCII. Pinned keys cost
 * the keys of their own slots a comparison of hashes, and all others nothing.
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
   * @param source asked at every route
   * @return the router
   */
  public static ShardRouter of(TopologySource source) {
    return new ShardRouter(Objects.requireNonNull(source, "source"));
  }

  /**
   * Returns the topology by which the next route would be decided.
   *
   * @return what the source answers now
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
   * @return where it lives
   */
  @Override
  public ShardId route(long key) {
    Topology topology = source.current();
    long hash = StableHash.hash(key);
    Pin pin = topology.pin(hash);
    return pin != null && pin.exactKey().is(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes a text by its UTF-8 form.
   *
   * @param key not null
   * @return where it lives
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if half a surrogate in it stands alone: it has no UTF-8
   */
  public ShardId route(CharSequence key) {
    Topology topology = source.current();
    long hash = StableHash.hash(TypedKeys.required(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.exactKey().is(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes bytes.
   *
   * @param key not null
   * @return where it lives
   * @throws NullPointerException if the key is null
   */
  public ShardId route(byte[] key) {
    Topology topology = source.current();
    long hash = StableHash.hash(TypedKeys.required(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.exactKey().is(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes a UUID.
   *
   * @param key not null
   * @return where it lives
   * @throws NullPointerException if the key is null
   */
  public ShardId route(UUID key) {
    Topology topology = source.current();
    long hash = StableHash.hash(TypedKeys.required(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.exactKey().is(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Routes a key by its type, as {@link StableHash#hash(Object)} does.
   *
   * @param key an integer type, text, bytes, a UUID or another type that {@link StableHash} knows
   * @return where it lives, the same as of the method for the type
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of its type have no stable hash
   */
  @Override
  public ShardId route(Object key) {
    return route(source.current(), key);
  }

  private static ShardId route(Topology topology, Object key) {
    long hash = StableHash.hash(TypedKeys.required(key));
    Pin pin = topology.pin(hash);
    return pin != null && pin.exactKey().is(key) ? pin.shard() : topology.owner(hash);
  }

  /**
   * Says how a key comes to its shard.
   *
   * @param key as of {@link #route(Object)}
   * @return hash, slot, shard, and the topology that decided
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of its type have no stable hash
   */
  public Route explain(Object key) {
    Topology topology = source.current();
    long hash = StableHash.hash(TypedKeys.required(key));
    int slot = topology.slotOf(hash);
    Pin pin = topology.pin(hash);
    return pin != null && pin.exactKey().is(key)
        ? new Route(topology.name(), topology.version(), hash, slot, pin.shard(), true)
        : new Route(topology.name(), topology.version(), hash, slot, topology.owner(hash), false);
  }

  /**
   * Groups keys by their shards, for one query to each. All are routed by one topology.
   *
   * @param <K> the type of the keys, as of {@link #route(Object)}
   * @param keys may hold a key twice; then the answer does too
   * @return the shards that have any of the keys, ordered by id, each with its keys in the order
   *     they came; unmodifiable
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
   * Returns where a key lives and where copies of it would best be: after its shard the others by
   * weighted rendezvous with its slot, no zone twice before every zone was there once. A shard
   * without a zone stands for a zone of its own. All keys of a slot that are not pinned have one
   * order. A new shard enters it somewhere and leaves the order of the others, but for what the
   * zones demand; one that takes the slot comes first, and the owner before it where its own rank
   * is. Takes shards × log(shards) steps and allocates.
   *
   * @param key as of {@link #route(Object)}
   * @param count how many shards, from 1 to all of the topology
   * @return as many different shards, the key's own first
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key has no stable hash or the count is out of range
   */
  public List<ShardId> preference(Object key, int count) {
    return Collections.unmodifiableList(preference(source.current(), key, count));
  }

  /**
   * Returns the same shards, those in a zone first: where to read a copy from nearby.
   *
   * @param key as of {@link #route(Object)}
   * @param count how many shards, from 1 to all of the topology
   * @param nearZone the reader's zone
   * @return the shards of {@link #preference(Object, int)} in another order
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key has no stable hash or the count is out of range
   */
  public List<ShardId> preference(Object key, int count, String nearZone) {
    Objects.requireNonNull(nearZone, "nearZone");
    Topology topology = source.current();
    List<ShardId> shards = preference(topology, key, count);
    return Collections.unmodifiableList(Preference.near(topology.assignment(), shards, nearZone));
  }

  private static List<ShardId> preference(Topology topology, Object key, int count) {
    int most = topology.shards().size();
    if (count < 1 || count > most) {
      throw new IllegalArgumentException(
          "count " + count + " is not from 1 to " + most + ", the shards of " + topology.name());
    }
    ShardId owner = route(topology, key);
    int slot = topology.slotOf(StableHash.hash(key));
    return Preference.of(topology.assignment(), slot, owner, count);
  }

  @Override
  public String toString() {
    return "ShardRouter[" + source.current() + "]";
  }
}
