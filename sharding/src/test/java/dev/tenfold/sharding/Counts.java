// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Counts the keys of each shard, and tests whether the counts are random. */
final class Counts {
  /** The normal deviate that is exceeded with a probability of one in a million. */
  private static final double ONE_IN_A_MILLION = 4.753;

  private final Map<ShardId, Long> counts = new HashMap<>();
  private long total;

  /** Returns s0, s1, ... */
  static List<ShardId> shards(int count) {
    return IntStream.range(0, count).mapToObj(i -> new ShardId("s" + i)).toList();
  }

  static Counts of(ShardStrategy strategy, LongStream keys) {
    Counts counts = new Counts();
    keys.forEach(key -> counts.add(strategy.route(key)));
    return counts;
  }

  void add(ShardId shard) {
    counts.merge(shard, 1L, Long::sum);
    total++;
  }

  long of(ShardId shard) {
    return counts.getOrDefault(shard, 0L);
  }

  /**
   * Asserts by the G-test that the counts follow the weights. For random keys the test fails with a
   * probability of one in a million. G has a chi-square distribution, whose quantile is
   * approximated by the formula of Wilson and Hilferty.
   */
  void assertFollow(Map<ShardId, Integer> weights) {
    assertThat(weights.keySet()).containsAll(counts.keySet());
    double sum = weights.values().stream().mapToLong(Integer::longValue).sum();
    double g = 0;
    for (Map.Entry<ShardId, Integer> weight : weights.entrySet()) {
      long count = of(weight.getKey());
      double expected = total * weight.getValue() / sum;
      g += count == 0 ? 0 : 2 * count * StrictMath.log(count / expected);
    }
    assertThat(g).as("G of %s", counts).isLessThan(most(weights.size() - 1));
  }

  private static double most(int degrees) {
    double spread = 2.0 / (9 * degrees);
    return degrees * StrictMath.pow(1 - spread + ONE_IN_A_MILLION * StrictMath.sqrt(spread), 3);
  }
}
