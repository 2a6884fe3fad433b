// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.sharding.Route;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes of each slot: the size of the tables and indexes of its shard on disk, divided by the
 * users and bookings in the slots. Pinned users belong to no slot.
 */
final class SlotBytes {
  private final long[] bytes;

  private SlotBytes(long[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Divides the bytes of the shards among the slots.
   *
   * @param topology the topology
   * @param bookings the number of bookings by user
   * @param shardBytes the bytes on disk by shard
   */
  static SlotBytes of(Topology topology, Map<Long, Long> bookings, Map<String, Long> shardBytes) {
    ShardRouter router = ShardRouter.of(TopologySource.of(topology));
    long[] rows = new long[topology.slots()];
    Map<String, Long> rowsOfShard = new HashMap<>();
    bookings.forEach((user, count) -> {
      Route route = router.explain(user);
      rowsOfShard.merge(route.shard().value(), 1 + count, Long::sum);
      if (!route.pinned()) {
        rows[route.slot()] += 1 + count;
      }
    });
    long[] bytes = new long[rows.length];
    for (int slot = 0; slot < rows.length; slot++) {
      String shard = topology.ownerOf(slot).value();
      long all = rowsOfShard.getOrDefault(shard, 0L);
      bytes[slot] = all == 0 ? 0 : shardBytes.getOrDefault(shard, 0L) * rows[slot] / all;
    }
    return new SlotBytes(bytes);
  }

  long in(int slot) {
    return bytes[slot];
  }
}
