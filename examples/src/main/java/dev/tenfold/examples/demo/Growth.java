// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.Topology;
import java.util.Map;

/**
 * What a third shard would mean: a dry run over what the shards hold at the end.
 *
 * @param routing the topology that was published last, and those that the instances route by
 * @param plan from the topology that holds to the same with one shard more
 * @param text the plan for people
 * @param movedBytes how much would move
 * @param storedBytes how much all shards hold
 */
record Growth(
    Evidence.Routing routing, MigrationPlan plan, String text, long movedBytes, long storedBytes) {
  private static final String NEWCOMER = "s2";

  /**
   * Plans.
   *
   * @param current the topology that holds
   * @param bookings per user how many
   * @param shardBytes per shard what it takes on disk
   * @param routing who routes by what
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
