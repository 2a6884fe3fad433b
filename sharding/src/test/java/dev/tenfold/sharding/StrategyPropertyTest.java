// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests what moves when shards change, and whether the order of the shards matters. */
class StrategyPropertyTest {
  private static final int KEYS = 5_000;

  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  private static List<ShardId> routes(ShardStrategy strategy) {
    return LongStream.range(0, KEYS).mapToObj(strategy::route).toList();
  }

  /** Asserts that every key that moved left the shard or went to it. */
  private static void assertOnlyMoves(ShardStrategy before, ShardStrategy after, ShardId changed) {
    for (long key = 0; key < KEYS; key++) {
      ShardId from = before.route(key);
      ShardId to = after.route(key);
      if (!from.equals(to)) {
        assertThat(List.of(from, to)).as("key %s", key).contains(changed);
      }
    }
  }

  private static double moved(ShardStrategy before, ShardStrategy after, ShardId removed) {
    long stayed = 0;
    long moved = 0;
    for (long key = 0; key < 20_000; key++) {
      ShardId from = before.route(key);
      if (!from.equals(removed)) {
        stayed++;
        moved += from.equals(after.route(key)) ? 0 : 1;
      }
    }
    return (double) moved / stayed;
  }

  private static Map<ShardId, Integer> weights(Random random) {
    Map<ShardId, Integer> weights = new LinkedHashMap<>();
    int most = random.nextBoolean() ? 3 : 1_000;
    for (int i = 1 + random.nextInt(20); i >= 0; i--) {
      weights.put(new ShardId("shard-" + random.nextInt(10_000)), 1 + random.nextInt(most));
    }
    return weights;
  }

  private static Map<ShardId, Integer> shuffled(Map<ShardId, Integer> weights, Random random) {
    List<ShardId> order = new ArrayList<>(weights.keySet());
    Collections.shuffle(order, random);
    Map<ShardId, Integer> shuffled = new LinkedHashMap<>();
    order.forEach(shard -> shuffled.put(shard, weights.get(shard)));
    return shuffled;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void rendezvous_anyOrder_routesTheSame(long seed) {
    Random random = new Random(seed);
    Map<ShardId, Integer> weights = weights(random);

    assertThat(routes(RendezvousStrategy.of(shuffled(weights, random))))
        .isEqualTo(routes(RendezvousStrategy.of(weights)));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void ketama_anyOrder_routesTheSame(long seed) {
    Random random = new Random(seed);
    List<ShardId> shards = new ArrayList<>(weights(random).keySet());
    List<ShardId> routes = routes(KetamaStrategy.of(shards));
    Collections.shuffle(shards, random);

    assertThat(routes(KetamaStrategy.of(shards))).isEqualTo(routes);
  }

  /** The order of the list is part of the placement, as the javadoc says. */
  @Test
  void jumpAndModulo_anotherOrder_routeElsewhere() {
    List<ShardId> shards = Counts.shards(7);
    List<ShardId> reversed = new ArrayList<>(shards);
    Collections.reverse(reversed);

    assertThat(routes(JumpStrategy.of(reversed))).isNotEqualTo(routes(JumpStrategy.of(shards)));
    assertThat(routes(ModuloStrategy.of(reversed))).isNotEqualTo(routes(ModuloStrategy.of(shards)));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void rendezvous_oneShardChanges_movesItsKeysOnly(long seed) {
    Random random = new Random(seed);
    Map<ShardId, Integer> weights = weights(random);
    RendezvousStrategy before = RendezvousStrategy.of(weights);
    ShardId changed = before.shards().get(random.nextInt(before.shards().size()));

    Map<ShardId, Integer> reweighted = new HashMap<>(weights);
    reweighted.put(changed, 1 + random.nextInt(1_000_000));
    assertOnlyMoves(before, RendezvousStrategy.of(reweighted), changed);

    ShardId newcomer = new ShardId("newcomer");
    Map<ShardId, Integer> more = new HashMap<>(weights);
    more.put(newcomer, 1 + random.nextInt(1_000));
    assertOnlyMoves(before, RendezvousStrategy.of(more), newcomer);

    if (weights.size() > 1) {
      Map<ShardId, Integer> fewer = new HashMap<>(weights);
      fewer.remove(changed);
      assertOnlyMoves(before, RendezvousStrategy.of(fewer), changed);
    }
  }

  /** A higher weight never loses a key, a lower one never wins one. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void rendezvous_weightRaised_onlyGains(long seed) {
    Random random = new Random(seed);
    Map<ShardId, Integer> weights = weights(random);
    RendezvousStrategy before = RendezvousStrategy.of(weights);
    ShardId raised = before.shards().get(random.nextInt(before.shards().size()));
    Map<ShardId, Integer> more = new HashMap<>(weights);
    more.merge(raised, 1 + random.nextInt(1_000), Integer::sum);
    RendezvousStrategy after = RendezvousStrategy.of(more);

    for (long key = 0; key < KEYS; key++) {
      if (before.route(key).equals(raised)) {
        assertThat(after.route(key)).isEqualTo(raised);
      }
    }
  }

  /** Equal shards have 160 points each, except where float makes 156 of them. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void ketama_equalShardAddedOrRemoved_movesItsKeysOnly(long seed) {
    int count = 1 + (int) seed;
    List<ShardId> more = Counts.shards(count + 1);
    ShardId last = more.get(count);
    KetamaStrategy small = KetamaStrategy.of(more.subList(0, count));
    KetamaStrategy large = KetamaStrategy.of(more);
    boolean keepPoints =
        KetamaStrategy.digests(1, count, count) == KetamaStrategy.digests(1, count + 1, count + 1);

    if (keepPoints) {
      assertOnlyMoves(small, large, last);
      assertOnlyMoves(large, small, last);
    } else {
      assertThat(moved(large, small, last)).isBetween(0.0, 0.05);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void jump_shardAddedOrRemovedAtTheEnd_movesItsKeysOnly(long seed) {
    int count = 1 + (int) seed;
    List<ShardId> more = Counts.shards(count + 1);
    JumpStrategy small = JumpStrategy.of(more.subList(0, count));
    JumpStrategy large = JumpStrategy.of(more);

    assertOnlyMoves(small, large, more.get(count));
    assertOnlyMoves(large, small, more.get(count));
  }

  /** Counts the keys of remaining shards that move when a shard in the middle is removed. */
  @Test
  void everyStrategy_shardInTheMiddleRemoved_movesWhatItsJavadocSays() {
    List<ShardId> ten = Counts.shards(10);
    ShardId removed = ten.get(5);
    List<ShardId> nine = new ArrayList<>(ten);
    nine.remove(removed);
    Function<Function<List<ShardId>, ShardStrategy>, Double> moved =
        make -> moved(make.apply(ten), make.apply(nine), removed);

    assertThat(moved.apply(RendezvousStrategy::of)).isZero();
    assertThat(moved.apply(KetamaStrategy::of)).isZero();
    assertThat(moved.apply(JumpStrategy::of)).isBetween(0.35, 0.65);
    assertThat(moved.apply(ModuloStrategy::of)).isBetween(0.8, 0.95);
  }
}
