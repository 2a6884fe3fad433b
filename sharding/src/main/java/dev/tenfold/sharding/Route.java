// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Locale;

/**
 * How a key came to its shard: what {@link ShardRouter#explain} answers, for logs, tools and tests.
 *
 * @param topology the name of the topology
 * @param version the version of the topology
 * @param hash the key's {@code tenfold-h1}
 * @param slot the high bits of the hash
 * @param shard where the key lives
 * @param pinned whether that is because it is pinned; otherwise the shard owns the slot
 */
public record Route(
    String topology, long version, long hash, int slot, ShardId shard, boolean pinned) {

  /**
   * Returns one line for people.
   *
   * @return such as {@code orders v7: hash 1f6d5c3a0b1e2d4f, slot 502 -> s1}
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
