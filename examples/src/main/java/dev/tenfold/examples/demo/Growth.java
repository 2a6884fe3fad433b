// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.Topology;
import java.util.Map;

/**
 * A dry run for a third shard, over the data of the shards at the end of the run.
 *
 * @param routing the published topology and those of the instances
 * @param plan the migration plan from the published topology to one with one more shard
 * @param text the plan as text
 * @param movedBytes the bytes that would move
 * @param storedBytes the bytes of all shards
 */
record Growth(
    Evidence.Routing routing, MigrationPlan plan, String text, long movedBytes, long storedBytes) {
  private static final String NEWCOMER = "s2";

  /**
   * Returns the dry run.
   *
   * @param current the published topology
   * @param bookings the number of bookings by user
   * @param shardBytes the bytes on disk by shard
   * @param routing the topologies of the instances
   */
  static Growth of(
      Topology current,
      Map<Long, Long> bookings,
      Map<String, Long> shardBytes,
      Evidence.Routing routing) {
    SlotBytes bytes = SlotBytes.of(current, bookings, shardBytes);
    MigrationPlan plan = MigrationPlan.between(current, current.evolve().add(NEWCOMER, 1).build());
    return new Growth(
        routing,
        plan,
        plan.text(move -> bytes.in(move.slot())),
        plan.estimatedBytes(move -> bytes.in(move.slot())),
        shardBytes.values().stream().mapToLong(Long::longValue).sum());
  }
}
