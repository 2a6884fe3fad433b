// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides which shard a key belongs to: hash, slot, owner.
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
 * <p>Thread-safe, never blocks. A route reads {@link TopologySource#current()} once and allocates
 * nothing, except for the UTF-8 bytes of text that is not all ASCII.
 */
public final class ShardRouter {
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
   * Routes an integer.
   *
   * @param key any value
   * @return the shard that owns it
   */
  public ShardId route(long key) {
    return owner(StableHash.hash(key));
  }

  /**
   * Routes a text by its UTF-8 form.
   *
   * @param key not null
   * @return the shard that owns it
   * @throws NullPointerException if the key is null
   */
  public ShardId route(CharSequence key) {
    return owner(StableHash.hash(required(key)));
  }

  /**
   * Routes bytes.
   *
   * @param key not null
   * @return the shard that owns it
   * @throws NullPointerException if the key is null
   */
  public ShardId route(byte[] key) {
    return owner(StableHash.hash(required(key)));
  }

  /**
   * Routes a UUID.
   *
   * @param key not null
   * @return the shard that owns it
   * @throws NullPointerException if the key is null
   */
  public ShardId route(UUID key) {
    return owner(StableHash.hash(required(key)));
  }

  /**
   * Routes a key by its type, as {@link StableHash#hash(Object)} does.
   *
   * @param key an integer type, text, bytes, a UUID or another type that {@link StableHash} knows
   * @return the shard that owns it, the same as of the method for the type
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of its type have no stable hash
   */
  public ShardId route(Object key) {
    return owner(StableHash.hash(required(key)));
  }

  private ShardId owner(long hash) {
    Topology topology = source.current();
    return topology.ownerOf(topology.slotOf(hash));
  }

  private static <T> T required(@Nullable T key) {
    if (key == null) {
      throw new NullPointerException("shard key is null; there is no default shard");
    }
    return key;
  }

  @Override
  public String toString() {
    return "ShardRouter[" + source.current() + "]";
  }
}
