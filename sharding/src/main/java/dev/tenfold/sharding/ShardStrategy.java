// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.List;

/**
 * Routes keys to shards. {@link ShardRouter} is the strategy for data that can move. The other
 * strategies of this package are the classic ones: for data that was placed by them, for caches,
 * and for keys that are shared with another program.
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
 * <p><b>Guarantees</b> that an implementation gives. A route depends only on the key and on what
 * the strategy was built from: it is the same on every JVM, in every locale, whatever was routed
 * before. A route returns one of {@link #shards}. All types of integers agree, so {@code Integer 1}
 * and {@code Long 1} are one key. A null key, a key whose hash can change (floating point, arrays
 * other than {@code byte[]}, objects with an identity hash) and a key without a shard are refused:
 * there is no default shard. {@link dev.tenfold.core.StableHash} refuses the first two. The
 * contract test {@code ShardStrategyContract} tests these guarantees.
 *
 * <p><b>No guarantees.</b> What moves when shards are added or removed depends on the
 * implementation.
 *
 * <p>Implementations are thread-safe, do no I/O and do not block.
 */
public interface ShardStrategy {

  /**
   * Returns the shards.
   *
   * @return at least one shard, each once, in the order of the strategy; immutable; always the
   *     same, except for a {@link ShardRouter} whose topology changes
   */
  List<ShardId> shards();

  /**
   * Routes a key.
   *
   * @param key an integer, text, {@code byte[]} or UUID, as far as the strategy takes these types
   * @return one of {@link #shards()}
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of this type have no stable hash, or the key has no
   *     shard
   */
  ShardId route(Object key);

  /**
   * Routes an integer. Override this method to avoid the boxing.
   *
   * @param key any value
   * @return one of {@link #shards()}
   * @throws IllegalArgumentException if the key has no shard
   */
  default ShardId route(long key) {
    return route((Object) key);
  }
}
