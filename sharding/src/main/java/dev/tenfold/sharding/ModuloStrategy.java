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
 * <p>The hash is {@link StableHash}, read as an unsigned 64-bit number. Its remainder is the index
 * of the shard in the list.
 *
 * <p><b>Guarantees.</b> Keys spread as evenly as their hashes: shares differ by sampling only.
 *
 * <p><b>No guarantees.</b> Nearly every key moves when the number of shards changes: from n to n +
 * 1 shards all keys but one in n + 1, from n to n - 1 all but one in n, whichever shard was added
 * or removed. With k times the shards, (k - 1) / k of the keys move. The order of the list is part
 * of the placement: another order routes keys to other shards. If the number may ever change, use
 * {@link ShardRouter}.
 *
 * <p>Immutable and thread-safe; never blocks. A route takes one hash and one division, and
 * allocates nothing, except for the UTF-8 bytes of text that is not all ASCII. A shard takes 8 to
 * 16 bytes.
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
   * @param shards 1 to 4,096 shards, each once; the order is part of the placement
   * @return the strategy
   * @throws IllegalArgumentException if the number of shards is out of range, or a shard is listed
   *     twice
   */
  public static ModuloStrategy of(List<ShardId> shards) {
    return new ModuloStrategy(ShardList.distinct(shards));
  }

  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    return places[place(StableHash.hash(ShardKeys.require(key)), places.length)];
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
