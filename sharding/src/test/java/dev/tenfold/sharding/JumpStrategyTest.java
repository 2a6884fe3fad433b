// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.StableHash;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JumpStrategyTest {

  /** The cases of Guava's own test. */
  @Test
  void bucket_firstKeysOverAHundred_areGuavas() {
    assertThat(IntStream.range(0, 20).map(key -> JumpStrategy.bucket(key, 100)))
        .containsExactly(
            0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83);
  }

  @ParameterizedTest
  @CsvSource({
    "10863919174838991, 11, 6",
    "2016238256797177309, 11, 3",
    "1673758223894951030, 11, 5",
    "2, 100001, 80343",
    "2201, 100001, 22152",
    "2202, 100001, 15018",
    "256, 1024, 520",
    "42, 57, 43",
    "3735883980, 666, 361",
    "-1, 100, 92",
    "-9223372036854775808, 100, 84",
    "9223372036854775807, 1000, 972",
    "-1, 1048576, 589430"
  })
  void bucket_knownKey_isThePapers(long key, int buckets, int bucket) {
    assertThat(JumpStrategy.bucket(key, buckets)).isEqualTo(bucket);
  }

  /** The highest draw of the generator, 2^31, wraps in Guava: the key keeps its bucket. */
  @Test
  void bucket_highestDraw_staysAsGuavasDoes() {
    assertThat(JumpStrategy.bucket(-383274579211869544L, 1_000)).isZero();
    assertThat(JumpStrategy.bucket(-383274579211869544L, 1_000_000)).isZero();
  }

  /** The quotient is just below an integer, which the product must not reach. */
  @ParameterizedTest
  @CsvSource({
    "-4808502447755634974, 4235625, 4235624",
    "-4447592026950591771, 7655201, 7655200",
    "4748183547292902125, 4374009, 4374008"
  })
  void bucket_manyBuckets_isDividedAsGuavaDoes(long key, int buckets, int bucket) {
    assertThat(JumpStrategy.bucket(key, buckets)).isEqualTo(bucket);
  }

  @Test
  void bucket_growingBuckets_jumpsAsTheReferenceDoes() {
    assertThat(IntStream.range(1, 20).map(n -> JumpStrategy.bucket(1, n)))
        .containsExactly(0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 17, 17);
    assertThat(IntStream.range(1, 20).map(n -> JumpStrategy.bucket(0xdeadbeefL, n)))
        .containsExactly(0, 1, 2, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 16, 16, 16);
  }

  @Test
  void bucket_oneMoreBucket_movesOnlyToTheNewOne() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 2_000; i++) {
      long key = random.nextLong();
      int before = 0;
      for (int buckets = 2; buckets <= 300; buckets++) {
        int after = JumpStrategy.bucket(key, buckets);
        assertThat(after).isIn(before, buckets - 1);
        before = after;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void bucket_noBuckets_isRefused(int buckets) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JumpStrategy.bucket(1, buckets))
        .withMessageContaining(String.valueOf(buckets));
  }

  @Test
  void bucket_mostBuckets_staysWithin() {
    for (long key : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(JumpStrategy.bucket(key, Integer.MAX_VALUE)).isBetween(0, Integer.MAX_VALUE - 1);
      assertThat(JumpStrategy.bucket(key, 1)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 11, 100, 4_096})
  void bucket_randomKeys_takesTheStepsThatItsJavadocSays(int buckets) {
    int keys = 400_000;
    SplittableRandom random = new SplittableRandom(buckets);
    double average = Math.log(buckets) + 0.6;
    long all = 0;
    long slow = 0;
    for (int i = 0; i < keys; i++) {
      int steps = steps(random.nextLong(), buckets);
      all += steps;
      slow += steps > 3 * average ? 1 : 0;
    }

    assertThat((double) all / keys).isBetween(average - 0.1, average + 0.1);
    assertThat(slow).isLessThan(keys / 100_000 * 5);
  }

  /**
   * Returns the steps of a key: one per change of its bucket as buckets are added, and a last one.
   */
  private static int steps(long key, int buckets) {
    int steps = 0;
    for (int left = buckets; left > 0; left = JumpStrategy.bucket(key, left)) {
      steps++; // a bucket is the number of buckets before it was added
    }
    return steps;
  }

  @Test
  void route_integer_isTakenAsItIs() {
    List<ShardId> shards = Counts.shards(100);
    JumpStrategy jump = JumpStrategy.of(shards);

    for (long key = -50; key < 50; key++) {
      assertThat(jump.route(key)).isEqualTo(shards.get(JumpStrategy.bucket(key, 100)));
    }
  }

  @Test
  void route_text_isHashedFirst() {
    List<ShardId> shards = Counts.shards(100);
    JumpStrategy jump = JumpStrategy.of(shards);

    for (String key : List.of("", "a", "user-7", "日本")) {
      assertThat(jump.route(key))
          .isEqualTo(shards.get(JumpStrategy.bucket(StableHash.hash(key), 100)));
    }
  }

  /**
   * Common forms of numbers: consecutive, in steps, and timestamps with a sequence in the low bits.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 10, 1_000, 1 << 22, 1L << 32})
  void route_numbersInSteps_spreadEvenly(long step) {
    for (int count : new int[] {2, 3, 16, 100}) {
      List<ShardId> shards = Counts.shards(count);
      Counts counts =
          Counts.of(
              JumpStrategy.of(shards), LongStream.range(0, 100_000).map(i -> 1_000_000 + i * step));

      counts.assertFollow(
          shards.stream().collect(Collectors.toMap(Function.identity(), shard -> 1)));
    }
  }

  @Test
  void of_noShards_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JumpStrategy.of(List.of()))
        .withMessageContaining("number of shards is 0");
  }

  @Test
  void of_oneShardTwice_isRefused() {
    ShardId twice = new ShardId("twice");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JumpStrategy.of(List.of(twice, new ShardId("once"), twice)))
        .withMessageContaining("twice");
  }

  @Test
  void of_tooManyShards_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JumpStrategy.of(Counts.shards(4_097)))
        .withMessageContaining("4097")
        .withMessageContaining("4096");
  }
}
