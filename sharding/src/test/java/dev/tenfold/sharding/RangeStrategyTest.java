// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeStrategyTest {
  private static final ShardId A = new ShardId("a");
  private static final ShardId B = new ShardId("b");
  private static final ShardId C = new ShardId("c");

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  @Test
  void route_integersAtTheBorders_belongToTheRangeThatBegins() {
    RangeStrategy ranges = RangeStrategy.integers().from(10L, A).from(20L, B).until(30L).build();

    assertThat(ranges.route(10)).isEqualTo(A);
    assertThat(ranges.route(19)).isEqualTo(A);
    assertThat(ranges.route(20)).isEqualTo(B);
    assertThat(ranges.route(29)).isEqualTo(B);
    assertThat(ranges.shards()).containsExactly(A, B);
  }

  @ParameterizedTest
  @ValueSource(longs = {9, 0, -1, Long.MIN_VALUE, 30, 31, Long.MAX_VALUE})
  void route_integerOutsideOfEveryRange_isRefused(long key) {
    RangeStrategy ranges = RangeStrategy.integers().from(10L, A).from(20L, B).until(30L).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ranges.route(key))
        .withMessageContaining("key " + key + " lies")
        .withMessageContaining("no default shard");
    assertThatIllegalArgumentException().isThrownBy(() -> ranges.route((Object) key));
  }

  @Test
  void route_withoutUntil_takesEveryIntegerFromTheFirstOn() {
    RangeStrategy ranges = RangeStrategy.integers().from(Long.MIN_VALUE, A).from(0L, B).build();

    assertThat(ranges.route(Long.MIN_VALUE)).isEqualTo(A);
    assertThat(ranges.route(-1)).isEqualTo(A);
    assertThat(ranges.route(0)).isEqualTo(B);
    assertThat(ranges.route(Long.MAX_VALUE)).isEqualTo(B);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void route_randomRangesInAnyOrder_answersTheRangeBelow(long seed) {
    Random random = new Random(seed);
    TreeMap<Long, ShardId> expected = new TreeMap<>();
    RangeStrategy.Builder<Long> builder = RangeStrategy.integers();
    for (int i = random.nextInt(50); i >= 0; i--) {
      long first = random.nextInt(100);
      ShardId shard = new ShardId("s" + random.nextInt(5));
      if (expected.putIfAbsent(first, shard) == null) {
        builder.from(first, shard);
      }
    }
    RangeStrategy ranges = builder.build();

    for (long key = -1; key < 101; key++) {
      Map.Entry<Long, ShardId> range = expected.floorEntry(key);
      if (range != null) {
        assertThat(ranges.route(key)).isEqualTo(range.getValue());
      } else {
        long below = key;
        assertThatIllegalArgumentException().isThrownBy(() -> ranges.route(below));
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void route_randomTexts_answersTheRangeBelowInUtf8(long seed) {
    Random random = new Random(seed);
    TreeMap<byte[], ShardId> expected = new TreeMap<>(Arrays::compareUnsigned);
    RangeStrategy.Builder<String> builder = RangeStrategy.texts();
    for (int i = random.nextInt(20); i >= 0; i--) {
      String first = text(random);
      ShardId shard = new ShardId("s" + random.nextInt(5));
      if (expected.putIfAbsent(first.getBytes(StandardCharsets.UTF_8), shard) == null) {
        builder.from(first, shard);
      }
    }
    RangeStrategy ranges = builder.build();

    for (int i = 0; i < 200; i++) {
      String key = text(random);
      var range = expected.floorEntry(key.getBytes(StandardCharsets.UTF_8));
      if (range != null) {
        assertThat(ranges.route(key)).as(key).isEqualTo(range.getValue());
      } else {
        assertThatIllegalArgumentException().as(key).isThrownBy(() -> ranges.route(key));
      }
    }
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(4), 0, 7)
        .mapToObj(i -> List.of("a", "b", "\u007f", "é", "日", "\uFFFD", "😀").get(i))
        .collect(Collectors.joining());
  }

  /** U+FFFD is below U+1F600 in UTF-8 and above its surrogates in UTF-16. */
  @Test
  void route_text_isOrderedByCodePoints() {
    RangeStrategy ranges =
        RangeStrategy.texts().from("\uFFFD", B).from("😀", C).from("", A).build();

    assertThat("\uFFFD").isGreaterThan("😀");
    assertThat(ranges.route("")).isEqualTo(A);
    assertThat(ranges.route("zebra")).isEqualTo(A);
    assertThat(ranges.route("İ")).isEqualTo(A);
    assertThat(ranges.route("\uFFFD")).isEqualTo(B);
    assertThat(ranges.route("\uFFFDx")).isEqualTo(B);
    assertThat(ranges.route("😀")).isEqualTo(C);
    assertThat(ranges.route(new StringBuilder("😁"))).isEqualTo(C);
    assertThat(ranges.shards()).containsExactly(A, B, C);
  }

  @Test
  void route_textOutsideOfEveryRange_isRefused() {
    RangeStrategy ranges = RangeStrategy.texts().from("b", A).until("d").build();

    assertThat(ranges.route("czz")).isEqualTo(A);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ranges.route("a"))
        .withMessageContaining("\"a\" lies before");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ranges.route("d"))
        .withMessageContaining("\"d\" lies after");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ranges.route("z".repeat(1_000)))
        .withMessageContaining("...");
  }

  @Test
  void route_keyOfTheOtherKind_isRefusedByName() {
    RangeStrategy integers = RangeStrategy.integers().from(0L, A).build();
    RangeStrategy texts = RangeStrategy.texts().from("", A).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> integers.route("5"))
        .withMessageContaining("java.lang.String");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> texts.route(5))
        .withMessageContaining("java.lang.Long");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> texts.route("5".getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("[B");
  }

  @Test
  void from_beginningTaken_isRefusedWithItsOwner() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RangeStrategy.integers().from(5L, A).from(5L, B))
        .withMessageContaining("from 5")
        .withMessageContaining("belongs to shard a");
  }

  @Test
  void from_textWithHalfASurrogate_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> RangeStrategy.texts().from("\uD800", A));
  }

  @Test
  void from_null_isRefused() {
    Long nothing = null;
    ShardId nobody = null;

    assertThatNullPointerException()
        .isThrownBy(() -> RangeStrategy.integers().from(nothing, A))
        .withMessage("the first key of a range is null");
    assertThatNullPointerException().isThrownBy(() -> RangeStrategy.integers().from(0L, nobody));
  }

  @Test
  void from_tooMany_isRefused() {
    RangeStrategy.Builder<Long> builder = RangeStrategy.integers();
    for (long i = 0; i < 65_536; i++) {
      builder.from(i, A);
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.from(-1L, A))
        .withMessageContaining("65536");
    assertThat(builder.build().route(70_000)).isEqualTo(A);
  }

  @Test
  void build_moreShardsThanAStrategyTakes_isRefused() {
    RangeStrategy.Builder<Long> builder = RangeStrategy.integers();
    for (long i = 0; i < 4_097; i++) {
      builder.from(i, new ShardId("s" + i));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContainingAll("4097", "4096");
  }

  @Test
  void build_noRange_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RangeStrategy.integers().until(5L).build())
        .withMessageContaining("from()");
  }

  @ParameterizedTest
  @ValueSource(longs = {20, 19, 10, 0})
  void build_endBeforeTheLastRange_isRefused(long limit) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RangeStrategy.integers().from(10L, A).from(20L, B).until(limit).build())
        .withMessageContaining("until(" + limit + ")")
        .withMessageContaining("from(");
  }
}
