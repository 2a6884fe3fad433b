// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.StableHash;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RendezvousStrategyTest {

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  private static Map<ShardId, Integer> equal(int count) {
    return Counts.shards(count).stream().collect(Collectors.toMap(Function.identity(), shard -> 1));
  }

  private static double bid(ShardId shard, long key) {
    long product = (StableHash.hash(key) | 1) * (StableHash.hash(shard.value()) | 1);
    return product >= 0 ? product * 0x1.0p-64 : product * 0x1.0p-64 + 1;
  }

  /** The formula of the paper in doubles, where their rounding cannot change the winner. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void route_randomWeights_answersTheLowestLogarithmByWeight(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<ShardId, Integer> weights = new HashMap<>();
    int most = random.nextBoolean() ? 4 : 1_000_000;
    for (int i = random.nextInt(40); i >= 0; i--) {
      weights.put(new ShardId("shard-" + random.nextInt(1_000)), 1 + random.nextInt(most));
    }
    RendezvousStrategy rendezvous = RendezvousStrategy.of(weights);

    for (int i = 0; i < 1_000; i++) {
      long key = random.nextLong();
      TreeMap<Double, ShardId> costs = new TreeMap<>();
      weights.forEach(
          (shard, weight) -> costs.put(-StrictMath.log(bid(shard, key)) / weight, shard));
      double best = costs.firstKey();
      Double second = costs.higherKey(best);
      if (second == null || second > best * 1.00001) {
        assertThat(rendezvous.route(key)).as("key %s", key).isEqualTo(costs.get(best));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 100, 1_000})
  void route_equalWeights_spreadsKeysEvenly(int count) {
    Map<ShardId, Integer> weights = equal(count);

    Counts.of(RendezvousStrategy.of(weights), LongStream.range(0, 400_000)).assertFollow(weights);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void route_randomWeights_spreadsKeysByWeight(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<ShardId, Integer> weights = new HashMap<>();
    for (int i = 0; i < 5 + 10 * seed; i++) {
      weights.put(new ShardId("shard-" + i), 1 + random.nextInt(20));
    }

    Counts.of(RendezvousStrategy.of(weights), random.longs(400_000)).assertFollow(weights);
  }

  /**
   * One multiplication mixes key and shard well: the second choice does not depend on the first.
   */
  @Test
  void route_shardRemoved_spreadsItsKeysEvenlyOverTheOthers() {
    Map<ShardId, Integer> all = equal(20);
    RendezvousStrategy before = RendezvousStrategy.of(all);
    for (ShardId removed : before.shards()) {
      Map<ShardId, Integer> others = new HashMap<>(all);
      others.remove(removed);
      RendezvousStrategy after = RendezvousStrategy.of(others);
      Counts heirs = new Counts();
      LongStream.range(0, 200_000)
          .filter(key -> before.route(key).equals(removed))
          .forEach(key -> heirs.add(after.route(key)));

      heirs.assertFollow(others);
    }
  }

  /** The winner among some shards is independent of the winner among others. */
  @Test
  void route_disjointSetsOfShards_decideIndependently() {
    List<ShardId> shards = Counts.shards(10);
    RendezvousStrategy left = RendezvousStrategy.of(shards.subList(0, 5));
    RendezvousStrategy right = RendezvousStrategy.of(shards.subList(5, 10));
    Counts pairs = new Counts();
    Map<ShardId, Integer> all = new HashMap<>();
    for (ShardId a : left.shards()) {
      for (ShardId b : right.shards()) {
        all.put(new ShardId(a + "+" + b), 1);
      }
    }
    LongStream.range(0, 500_000)
        .forEach(key -> pairs.add(new ShardId(left.route(key) + "+" + right.route(key))));

    pairs.assertFollow(all);
  }

  /** Frozen: a change here would route keys to another shard. */
  @Test
  void route_goldenKeys_neverMove() {
    RendezvousStrategy equal = RendezvousStrategy.of(Counts.shards(10));
    RendezvousStrategy weighted = RendezvousStrategy.of(weighted());

    assertThat(names(equal)).isEqualTo("s6 s2 s3 s5 s7 s1 s3 s9 s7 s8 s8 s9 s1");
    assertThat(names(weighted)).isEqualTo("s3 s2 s3 s3 s7 s1 s3 s9 s7 s8 s8 s7 s1");
  }

  private static Map<ShardId, Integer> weighted() {
    Map<ShardId, Integer> weights = new HashMap<>();
    for (int i = 0; i < 10; i++) {
      weights.put(new ShardId("s" + i), 1 + i % 4);
    }
    return weights;
  }

  private static String names(ShardStrategy strategy) {
    return Stream.<Object>of(
            0, 1, 2, 3, 42, -1, Long.MIN_VALUE, Long.MAX_VALUE, "", "a", "user-7", "İstanbul", "日本")
        .map(key -> strategy.route(key).value())
        .collect(Collectors.joining(" "));
  }

  @Test
  void of_weightOutOfRange_isRefused() {
    ShardId shard = new ShardId("heavy");
    for (int weight : new int[] {0, -1, 1_000_001}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RendezvousStrategy.of(Map.of(shard, weight)))
          .withMessageContaining("heavy")
          .withMessageContaining(String.valueOf(weight));
    }
  }

  @Test
  void shards_whateverOrderGiven_areById() {
    assertThat(
            RendezvousStrategy.of(List.of(new ShardId("b"), new ShardId("ä"), new ShardId("a")))
                .shards())
        .extracting(ShardId::value)
        .containsExactly("a", "b", "ä");
  }
}
