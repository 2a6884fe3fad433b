// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import org.jspecify.annotations.Nullable;

/**
 * A shard of a topology.
 *
 * @param id the name
 * @param weight 1 to 1,000,000
 * @param zone null if the shard is in no zone
 */
record Shard(ShardId id, int weight, @Nullable String zone) {
  static final int MAX_WEIGHT = 1_000_000;

  Shard {
    requireWeight(id, weight);
    if (zone != null) {
      ShardId.requireName("zone of shard " + id, zone);
    }
  }

  static int requireWeight(ShardId id, int weight) {
    return Checks.range(1, MAX_WEIGHT, "weight of shard " + id, weight);
  }

  Shard withWeight(int newWeight) {
    return new Shard(id, newWeight, zone);
  }

  Shard withZone(String newZone) {
    return new Shard(id, weight, newZone);
  }
}
