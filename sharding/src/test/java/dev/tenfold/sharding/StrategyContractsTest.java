// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.contract.ShardStrategyContract;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

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
          .from(Long.MIN_VALUE, SEVEN.get(0))
          .from(0L, SEVEN.get(1))
          .from(1_050L, SEVEN.get(0))
          .build();
    }

    @Override
    protected List<Object> keys() {
      List<Object> keys = super.keys();
      keys.removeIf(key -> !(key instanceof Long));
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
  }

  /** The fault of {@code Math.abs(key.hashCode()) % n}. */
  static final class HashCodeStrategy implements ShardStrategy {
    @Override
    public List<ShardId> shards() {
      return SEVEN;
    }

    @Override
    public ShardId route(Object key) {
      return SEVEN.get(key == null ? 0 : Math.abs(key.hashCode()) % 7);
    }
  }

  /** The fault of a round robin. */
  static final class TurnsStrategy implements ShardStrategy {
    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public List<ShardId> shards() {
      return new ArrayList<>(SEVEN);
    }

    @Override
    public ShardId route(Object key) {
      StableHash.hash(key);
      return new ShardId("s" + turn.getAndIncrement() % 8);
    }
  }

  @Test
  void contract_hashCodeAsHash_fails() throws Exception {
    assertThat(failuresOf(contractOf(HashCodeStrategy::new)))
        .contains(
            "route_integerOfAnyType_isOneKey",
            "route_equalTextOrBytesInAnotherObject_isOneKey",
            "route_null_isRefused",
            "route_keyWithoutStableHash_isRefusedByName",
            "route_textWithHalfASurrogate_isRefused")
        .doesNotContain("shards_always_areSomeAndEachOnce");
  }

  @Test
  void contract_turnsForKeys_fails() throws Exception {
    assertThat(failuresOf(contractOf(TurnsStrategy::new)))
        .contains(
            "shards_whoeverHoldsThem_cannotBeChanged",
            "route_anyKey_answersOneOfTheShards",
            "route_whateverCameBefore_answersTheSame",
            "route_fromManyThreads_answersTheSame")
        .doesNotContain("route_null_isRefused");
  }

  @Test
  void contract_aStrategyThatKeepsIt_hasNoFailures() throws Exception {
    assertThat(failuresOf(new Jump())).isEmpty();
  }

  /** Anonymous, so that no test runner runs it. */
  private static ShardStrategyContract contractOf(Supplier<ShardStrategy> strategy) {
    return new ShardStrategyContract() {
      @Override
      protected ShardStrategy strategy() {
        return strategy.get();
      }
    };
  }

  private static SortedSet<String> failuresOf(ShardStrategyContract contract) throws Exception {
    SortedSet<String> failures = new TreeSet<>();
    for (Method method : ShardStrategyContract.class.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)) {
        method.setAccessible(true);
        try {
          method.invoke(contract);
        } catch (InvocationTargetException e) {
          failures.add(method.getName());
        }
      }
    }
    return failures;
  }
}
