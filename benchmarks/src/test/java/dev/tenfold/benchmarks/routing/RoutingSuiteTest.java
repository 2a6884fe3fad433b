// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.KetamaStrategy;
import dev.tenfold.sharding.ShardId;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoutingSuiteTest {

  @Test
  void slotsFor_numbersOfTheSuite_areTheLeastThatTheyNeed() {
    assertThat(Tenfold.slotsFor(16)).isEqualTo(4096);
    assertThat(Tenfold.slotsFor(100)).isEqualTo(4096);
    assertThat(Tenfold.slotsFor(256)).isEqualTo(4096);
    assertThat(Tenfold.slotsFor(257)).isEqualTo(8192);
    assertThat(Tenfold.slotsFor(1000)).isEqualTo(16_384);
    assertThat(Tenfold.slotsFor(4000)).isEqualTo(65_536);
  }

  @Test
  void ketama_ringAndSortedArray_nameTheOwnerThatOursDoes() {
    var ours =
        KetamaStrategy.of(
            IntStream.range(0, 100)
                .boxed()
                .collect(Collectors.toMap(i -> new ShardId(Tenfold.name(i)), i -> 1)));
    var array = new Textbook.KetamaArray(new Textbook.Ketama(100));

    new SplittableRandom(1)
        .ints(10_000)
        .forEach(point ->
            assertThat(array.owner(Integer.toUnsignedLong(point)))
                .isEqualTo(ours.shardAt(point).value()));
    assertThat(array.owner(0xFFFF_FFFFL)).isEqualTo(ours.shardAt(-1).value());
  }

  @Test
  void numbers_oneInSixteenPinned_areAboutThat() {
    Set<Long> pins = new HashSet<>();
    for (int i = 0; i < Keys.PINNED; i++) {
      pins.add(Keys.pinned(i));
    }

    assertThat(Arrays.stream(Keys.numbers(0)).filter(pins::contains)).isEmpty();
    long pinned = Arrays.stream(Keys.numbers(16)).filter(pins::contains).count();
    assertThat(pinned).isBetween(Keys.COUNT / 16 - 120L, Keys.COUNT / 16 + 120L);
  }

  @Test
  void texts_lengths_areFrom8To24() {
    assertThat(Arrays.stream(Keys.texts()).mapToInt(String::length).distinct().sorted())
        .containsExactly(8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24);
  }
}
