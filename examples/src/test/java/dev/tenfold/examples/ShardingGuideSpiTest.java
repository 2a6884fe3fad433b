// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardStrategy;
import dev.tenfold.sharding.contract.ShardStrategyContract;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The guide's strategy of its own, held to the contract. */
class ShardingGuideSpiTest {
  static final class CanaryStrategy implements ShardStrategy {
    private final ShardId stable = new ShardId("stable");
    private final ShardId canary = new ShardId("canary");

    @Override
    public List<ShardId> shards() {
      return List.of(stable, canary);
    }

    @Override
    public ShardId route(Object key) {
      return Long.remainderUnsigned(StableHash.hash(key), 100) == 0 ? canary : stable;
    }
  }

  @Nested
  class CanaryStrategyTest extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new CanaryStrategy();
    }
  }

  @Test
  void canary_manyKeys_getsOneInAHundred() {
    var strategy = new CanaryStrategy();

    long canaries =
        LongStream.range(0, 100_000)
            .filter(key -> strategy.route(key).value().equals("canary"))
            .count();

    assertThat(canaries).isBetween(900L, 1_100L);
  }
}
