// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountdownsTest {

  @Test
  void ends_averageOfOne_isEveryCall() {
    Countdowns countdowns = new Countdowns(1);

    for (int i = 0; i < 1000; i++) {
      assertThat(countdowns.ends()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 64, 1000})
  void ends_otherAverages_leavesGapsDrawnEvenly(int average) {
    Countdowns countdowns = new Countdowns(average);
    List<Integer> gaps = new ArrayList<>();
    int gap = 0;
    while (gaps.size() < 20_000) {
      gap++;
      if (countdowns.ends()) {
        gaps.add(gap);
        gap = 0;
      }
    }

    // The standard deviation of the average of so many is average / sqrt(3 * 20,000) at most.
    assertThat(gaps.stream().mapToInt(Integer::intValue).average().orElseThrow())
        .isBetween(average * 0.97, average * 1.03);
    assertThat(gaps).allMatch(each -> each >= 1 && each <= 2 * average - 1);
    assertThat(gaps).contains(1, 2 * average - 1).doesNotContain(0);
  }

  @Test
  void ends_theMostAverage_ends() {
    Countdowns countdowns = new Countdowns(1_000_000);
    int calls = 1;
    while (!countdowns.ends()) {
      calls++;
    }

    assertThat(calls).isLessThan(2_000_000);
  }
}
