// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.contract.ShardStrategyContract;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;

/** The contract tests of all strategies of this module, and of the one in the documentation. */
class StrategyContractsTest {
  private static final List<ShardId> SEVEN = Counts.shards(7);

  /** The example of {@link ShardStrategy}. */
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
  class Example extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new CanaryStrategy();
    }
  }

  @Nested
  class Router extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      Topology topology =
          Topology.builder("contract")
              .shard("s0", 1)
              .shard("s1", 2)
              .shard("s2", 1)
              .pin("user-7", "s2")
              .pin(42, "s1")
              .build();
      return ShardRouter.of(TopologySource.of(topology));
    }
  }

  @Nested
  class Jump extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return JumpStrategy.of(SEVEN);
    }
  }

  @Nested
  class Ketama extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return KetamaStrategy.of(SEVEN);
    }
  }

  @Nested
  class WeightedKetama extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return KetamaStrategy.of(Map.of(SEVEN.get(0), 1, SEVEN.get(1), 2, SEVEN.get(2), 10));
    }
  }

  @Nested
  class Rendezvous extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return RendezvousStrategy.of(SEVEN);
    }
  }

  @Nested
  class WeightedRendezvous extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return RendezvousStrategy.of(Map.of(SEVEN.get(0), 1, SEVEN.get(1), 2, SEVEN.get(2), 10));
    }
  }

  @Nested
  class Modulo extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return ModuloStrategy.of(SEVEN);
    }
  }

  @Nested
  class IntegerRange extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return RangeStrategy.integers()
          .from(-(1L << 62), SEVEN.get(0))
          .from(0L, SEVEN.get(1))
          .from(1_050L, SEVEN.get(0))
          .build();
    }

    @Override
    protected List<Object> keysWithoutShard() {
      return List.of(Long.MIN_VALUE, -(1L << 62) - 1, "text");
    }

    @Override
    protected List<Object> keys() {
      List<Object> keys = super.keys();
      keys.removeIf(key -> !(key instanceof Long) || key.equals(Long.MIN_VALUE));
      return keys;
    }
  }

  @Nested
  class TextRange extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return RangeStrategy.texts()
          .from("", SEVEN.get(0))
          .from("key-105", SEVEN.get(1))
          .from("u", SEVEN.get(2))
          .build();
    }

    @Override
    protected List<Object> keys() {
      List<Object> keys = super.keys();
      keys.removeIf(key -> !(key instanceof String));
      return keys;
    }
  }

  @Nested
  class Directory extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      Map<Object, ShardId> entries = new IdentityHashMap<>();
      for (Object key : keys()) {
        entries.put(key, SEVEN.get(Math.floorMod(StableHash.hash(key), 7)));
      }
      return DirectoryStrategy.of(entries);
    }

    @Override
    protected List<Object> keys() {
      List<Object> keys = super.keys();
      keys.removeIf(key -> key instanceof byte[] bytes && bytes.length == 0); // the same as ""
      return keys;
    }

    @Override
    protected List<Object> keysWithoutShard() {
      return List.of(5L, "unknown", new byte[] {9}, new UUID(9, 9));
    }
  }
}
