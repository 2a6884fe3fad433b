// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.List;

/**
 * Decides which shard a key belongs to. {@link ShardRouter} is the strategy for data that must be
 * able to move; the others of this package are the classic ones, for data that was placed by them,
 * for caches, and for agreeing with another program.
 *
 * <pre>{@code
 * final class CanaryStrategy implements ShardStrategy {
 *   private final ShardId stable = new ShardId("stable");
 *   private final ShardId canary = new ShardId("canary");
 *
 *   public List<ShardId> shards() {
 *     return List.of(stable, canary);
 *   }
 *
 *   public ShardId route(Object key) {
 *     return Long.remainderUnsigned(StableHash.hash(key), 100) == 0 ? canary : stable;
 *   }
 * }
 * }</pre>
 *
 * <p>What an implementation owes. It answers by the key and by what it was built from alone: the
 * same on every JVM, in every locale, whatever it was asked before. It answers only what {@link
 * #shards} lists. All integer types agree, so {@code Integer 1} and {@code Long 1} are one key. A
 * null key, a key whose hash could change (floating point, arrays other than {@code byte[]},
 * objects with an identity hash) and a key that it has no shard for are refused: there is no
 * default shard. {@link dev.tenfold.core.StableHash} refuses the first two by itself.
 *
 * <p>Thread-safe, does no I/O and does not block. The contract test {@code ShardStrategyContract}
 * asserts what an implementation owes.
 */
public interface ShardStrategy {

  /**
   * Returns who can be answered.
   *
   * @return at least one shard, each once, in the strategy's order; immutable; always the same, but
   *     for a {@link ShardRouter} whose topology moves on
   */
  List<ShardId> shards();

  /**
   * Routes a key by its type.
   *
   * @param key an integer type, text, {@code byte[]} or UUID, or those of them that the strategy
   *     takes
   * @return one of {@link #shards()}
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of its type have no stable hash, or there is no shard
   *     for it
   */
  ShardId route(Object key);

  /**
   * Routes an integer. To be overridden where boxing it would show.
   *
   * @param key any value
   * @return one of {@link #shards()}
   * @throws IllegalArgumentException if there is no shard for it
   */
  default ShardId route(long key) {
    return route((Object) key);
  }
}
