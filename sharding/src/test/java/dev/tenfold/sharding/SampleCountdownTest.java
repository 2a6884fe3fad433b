// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleCountdownTest {

  @Test
  void ends_averageOfOne_isEveryCall() {
    SampleCountdown countdowns = new SampleCountdown(1);

    for (int i = 0; i < 1000; i++) {
      assertThat(countdowns.isSample()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 64, 1000})
  void ends_otherAverages_leavesGapsDrawnEvenly(int average) {
    SampleCountdown countdowns = new SampleCountdown(average);
    List<Integer> gaps = new ArrayList<>();
    int gap = 0;
    while (gaps.size() < 20_000) {
      gap++;
      if (countdowns.isSample()) {
        gaps.add(gap);
        gap = 0;
      }
    }

    // The standard deviation of the mean of 20,000 gaps is at most average / sqrt(3 * 20,000).
    assertThat(gaps.stream().mapToInt(Integer::intValue).average().orElseThrow())
        .isBetween(average * 0.97, average * 1.03);
    assertThat(gaps).allMatch(each -> each >= 1 && each <= 2 * average - 1);
    assertThat(gaps).contains(1, 2 * average - 1).doesNotContain(0);
  }

  @Test
  void ends_theMostAverage_ends() {
    SampleCountdown countdowns = new SampleCountdown(1_000_000);
    int calls = 1;
    while (!countdowns.isSample()) {
      calls++;
    }

    assertThat(calls).isLessThan(2_000_000);
  }

  @Test
  void ends_otherThreads_countForThemselves() throws InterruptedException {
    SampleCountdown alone = new SampleCountdown(64);
    SampleCountdown shared = new SampleCountdown(64);
    for (int i = 0; i < 10_000; i++) {
      if (i % 1000 == 0) {
        Thread other =
            ofAnotherCell(() -> IntStream.range(0, 10).forEach(call -> shared.isSample()));
        other.start();
        other.join();
      }
      assertThat(shared.isSample()).as("call %s", i).isEqualTo(alone.isSample());
    }
  }

  /** The number of cells is a power of two, at least 64. */
  private static Thread ofAnotherCell(Runnable calls) {
    Thread thread = new Thread(calls);
    while (thread.getId() % 64 == Thread.currentThread().getId() % 64) {
      thread = new Thread(calls);
    }
    return thread;
  }
}
