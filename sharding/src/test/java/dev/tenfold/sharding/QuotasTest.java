// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuotasTest {

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void of_randomWeights_agreesWithTheNaiveOracle(long seed) {
    RandomGenerator random = random(seed);
    int[] weights = weights(random);
    int slots = 1 << (4 + random.nextInt(6));

    assertThat(Quotas.of(weights, slots)).isEqualTo(naive(weights, slots));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void of_randomWeights_staysWithinTheBalanceBound(long seed) {
    int[] weights = weights(random(seed));
    int slots = 16 * Integer.highestOneBit(weights.length * 2 - 1);

    int[] quotas = Quotas.of(weights, slots);

    assertThat(Arrays.stream(quotas).sum()).isEqualTo(slots);
    long total = Arrays.stream(weights).asLongStream().sum();
    for (int i = 0; i < weights.length; i++) {
      // |quota - share| <= 1/2 + share * shards / (2 * slots), times 2 * total
      long deviation = 2 * Math.abs(quotas[i] * total - (long) weights[i] * slots);
      assertThat(deviation).isLessThanOrEqualTo(total + (long) weights[i] * weights.length);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void of_oneShardMore_takesFromTheOthersOnly(long seed) {
    RandomGenerator random = random(seed);
    assertOnlyTheNewcomerGains(weights(random), 1 + random.nextInt(1_000_000));
  }

  @Test
  void of_theWeightsThatBreakLargestRemainder_takesFromTheOthersOnly() {
    assertOnlyTheNewcomerGains(new int[] {2, 2, 2, 43, 43, 43, 43, 43, 43, 43}, 2);
  }

  private static void assertOnlyTheNewcomerGains(int[] weights, int newcomer) {
    int[] more = Arrays.copyOf(weights, weights.length + 1);
    more[weights.length] = newcomer;
    int[] before = Quotas.of(weights, 4096);
    int[] after = Quotas.of(more, 4096);
    for (int i = 0; i < weights.length; i++) {
      assertThat(after[i]).isLessThanOrEqualTo(before[i]);
    }
  }

  @Test
  void of_equalWeights_givesTheRestToTheFirst() {
    assertThat(Quotas.of(new int[] {7, 7, 7}, 16)).containsExactly(6, 5, 5);
  }

  @Test
  void of_theWidestWeights_areExact() {
    // The first seat of the small shard ranks 1 or 8, the last of the big one 1,000,000 / 131,071.
    assertThat(Quotas.of(new int[] {1_000_000, 1}, 65_536)).containsExactly(65_536, 0);
    assertThat(Quotas.of(new int[] {1_000_000, 8}, 65_536)).containsExactly(65_535, 1);
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private static int[] weights(RandomGenerator random) {
    int most = random.nextBoolean() ? 5 : 1_000_000;
    return random.ints(1 + random.nextInt(40), 1, most + 1).toArray();
  }

  /** The definition: compares all shards for every seat, by fractions of any size. */
  private static int[] naive(int[] weights, int slots) {
    int[] quotas = new int[weights.length];
    for (int dealt = 0; dealt < slots; dealt++) {
      int best = 0;
      for (int i = 1; i < weights.length; i++) {
        BigInteger mine = product(weights[i], quotas[best]);
        BigInteger bests = product(weights[best], quotas[i]);
        if (mine.compareTo(bests) > 0) {
          best = i;
        }
      }
      quotas[best]++;
    }
    return quotas;
  }

  private static BigInteger product(int weight, int seatsOfTheOther) {
    return BigInteger.valueOf(weight).multiply(BigInteger.valueOf(2L * seatsOfTheOther + 1));
  }
}
