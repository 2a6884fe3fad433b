// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
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
