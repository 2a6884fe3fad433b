// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlotBytesTest {
  private static final Topology ONE_SHARD =
      Topology.builder("t").slots(1024).shard("s0", 1).build();

  private static int slot(Topology topology, long user) {
    return ShardRouter.of(TopologySource.of(topology)).explain(user).slot();
  }

  @Test
  void of_usersOfOneShard_shareItsBytesByTheirRows() {
    SlotBytes bytes = SlotBytes.of(ONE_SHARD, Map.of(1L, 2L, 2L, 0L), Map.of("s0", 4_000L));

    assertThat(bytes.in(slot(ONE_SHARD, 1))).isEqualTo(3_000);
    assertThat(bytes.in(slot(ONE_SHARD, 2))).isEqualTo(1_000);
    assertThat(IntStream.range(0, 1024).mapToLong(bytes::in).sum()).isEqualTo(4_000);
  }

  @Test
  void of_pinnedUser_isInNoSlotAndKeepsHerShare() {
    Topology pinned = ONE_SHARD.evolve().pin(1, "s0").build();
    SlotBytes bytes = SlotBytes.of(pinned, Map.of(1L, 2L, 2L, 0L), Map.of("s0", 4_000L));

    assertThat(bytes.in(slot(pinned, 1))).isEqualTo(0);
    assertThat(bytes.in(slot(pinned, 2))).isEqualTo(1_000);
  }

  @Test
  void of_nobody_isNothing() {
    SlotBytes bytes = SlotBytes.of(ONE_SHARD, Map.of(), Map.of("s0", 4_000L));

    assertThat(IntStream.range(0, 1024).mapToLong(bytes::in).sum()).isZero();
  }
}
