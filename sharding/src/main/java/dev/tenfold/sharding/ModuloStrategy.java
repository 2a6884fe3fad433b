// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.List;

/**
 * The hash of the key modulo the number of shards: for a number of shards that never changes.
 *
 * <pre>{@code
 * ModuloStrategy partitions = ModuloStrategy.of(List.of(new ShardId("p0"), new ShardId("p1")));
 * ShardId shard = partitions.route(orderId);
 * }</pre>
 *
 * <p>The hash is {@link StableHash}, read as an unsigned 64-bit number; its remainder is the
 * shard's place in the list. The list is part of the placement: another order sends keys elsewhere.
 *
 * <p>What moves. Nearly everything: of n shards made n + 1, or n - 1, all but one key in n + 1, or
 * n, changes its shard, whichever shard was added or removed. Multiplying the number of shards by k
 * moves (k - 1) / k of the keys. Whoever might grow takes {@link ShardRouter}.
 *
 * <p>Balance: as even as the hash, shares differ by sampling only. One hash and one division
 * whatever the number of shards, 8 to 16 bytes per shard.
 *
 * <p>Immutable, thread-safe, never blocks. A route allocates nothing, except for the UTF-8 bytes of
 * text that is not all ASCII.
 *
 * <p>Source: D. Knuth, <em>The Art of Computer Programming</em>, volume 3, section 6.4, the
 * division method.
 */
public final class ModuloStrategy implements ShardStrategy {
  private final List<ShardId> shards;
  private final ShardId[] places;

  private ModuloStrategy(List<ShardId> shards) {
    this.shards = shards;
    this.places = shards.toArray(ShardId[]::new);
  }

  /**
   * Returns a strategy over shards.
   *
   * @param shards 1 to 4,096, each once; the order decides
   * @return the strategy
   * @throws IllegalArgumentException if there are none, too many, or one twice
   */
  public static ModuloStrategy of(List<ShardId> shards) {
    return new ModuloStrategy(ShardList.listed(shards));
  }

  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    return places[place(StableHash.hash(TypedKeys.required(key)), places.length)];
  }

  @Override
  public ShardId route(long key) {
    return places[place(StableHash.hash(key), places.length)];
  }

  static int place(long hash, int places) {
    return (int) Long.remainderUnsigned(hash, places);
  }

  @Override
  public String toString() {
    return "ModuloStrategy" + shards;
  }
}
