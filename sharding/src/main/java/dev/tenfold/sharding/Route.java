// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Locale;

/**
 * The way of a key to its shard, from {@link ShardRouter#explain}: for logs, tools and tests.
 *
 * <pre>{@code
 * insert(order, router.explain(userId).slot());      // rows carry the slot of their key
 * }</pre>
 *
 * <p><b>Guarantees.</b> {@code hash} and {@code slot} of a key are the same in every version of a
 * topology.
 *
 * <p><b>No guarantees.</b> A route is of one version: the next version can have another shard.
 *
 * <p>Immutable and thread-safe.
 *
 * @param topology the name of the topology
 * @param version the version of the topology
 * @param hash the {@code tenfold-h1} of the key
 * @param slot the slot of the key: the high bits of the hash
 * @param shard the shard of the key
 * @param pinned true if the key is pinned to the shard, false if the shard owns the slot
 */
public record Route(
    String topology, long version, long hash, int slot, ShardId shard, boolean pinned) {

  /**
   * Returns one line for people.
   *
   * @return for example {@code orders v7: hash 1f6d5c3a0b1e2d4f, slot 502 -> s1}
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s v%d: hash %016x, slot %d -> %s%s",
        topology,
        version,
        hash,
        slot,
        shard,
        pinned ? " (pinned)" : "");
  }
}
