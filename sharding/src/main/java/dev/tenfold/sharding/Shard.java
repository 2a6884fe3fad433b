// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import org.jspecify.annotations.Nullable;

/**
 * One shard of a topology.
 *
 * @param weight 1 to 1,000,000
 * @param zone null if it is in none
 */
record Shard(ShardId id, int weight, @Nullable String zone) {
  static final int MOST_WEIGHT = 1_000_000;

  Shard {
    if (weight < 1 || weight > MOST_WEIGHT) {
      throw new IllegalArgumentException(
          "weight " + weight + " of shard " + id + " is not from 1 to " + MOST_WEIGHT);
    }
    if (zone != null) {
      ShardId.requireName("zone of shard " + id, zone);
    }
  }

  Shard reweighted(int other) {
    return new Shard(id, other, zone);
  }

  Shard rezoned(String other) {
    return new Shard(id, weight, other);
  }
}
