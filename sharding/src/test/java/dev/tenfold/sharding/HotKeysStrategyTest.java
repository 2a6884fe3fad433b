// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.sharding.contract.ShardStrategyContract;

class HotKeysStrategyTest extends ShardStrategyContract {
  @Override
  protected ShardStrategy strategy() {
    Topology topology =
        Topology.builder("orders").shard("s0", 1).shard("s1", 2).pin("user-7", "s0").build();
    return HotKeys.observing(ShardRouter.of(TopologySource.of(topology))).sampleEvery(1).build();
  }
}
