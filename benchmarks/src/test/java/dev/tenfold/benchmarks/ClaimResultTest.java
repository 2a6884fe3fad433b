// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClaimResultTest {

  @Test
  void of_wholeIntervalBelowTheLimit_isMet() {
    assertThat(ClaimResult.of(new Interval(1, 0.9, 5), 2)).isEqualTo(ClaimResult.MET);
  }

  @Test
  void of_intervalThatEndsAtTheLimit_isMet() {
    assertThat(ClaimResult.of(new Interval(1, 1, 5), 2)).isEqualTo(ClaimResult.MET);
  }

  @Test
  void of_intervalAcrossTheLimit_isNotShown() {
    assertThat(ClaimResult.of(new Interval(1, 1.5, 5), 2)).isEqualTo(ClaimResult.NOT_SHOWN);
    assertThat(ClaimResult.of(new Interval(3, 1, 5), 2)).isEqualTo(ClaimResult.NOT_SHOWN);
  }

  @Test
  void of_wholeIntervalAboveTheLimit_isMissed() {
    assertThat(ClaimResult.of(new Interval(3, 0.9, 5), 2)).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void of_fewerThanFiveRounds_isNotShown() {
    assertThat(ClaimResult.of(new Interval(1, 0, 4), 2)).isEqualTo(ClaimResult.NOT_SHOWN);
    assertThat(ClaimResult.of(new Interval(3, 0, 4), 2)).isEqualTo(ClaimResult.NOT_SHOWN);
  }

  @Test
  void notBeyond_fewerThanFiveRounds_isNotShown() {
    assertThat(ClaimResult.notBeyond(new Interval(1, 0, 4), 2)).isEqualTo(ClaimResult.NOT_SHOWN);
    assertThat(ClaimResult.notBeyond(new Interval(1, 0, 5), 2)).isEqualTo(ClaimResult.MET);
  }

  @Test
  void of_figureThatWasNotMeasured_isNotShown() {
    assertThat(ClaimResult.of(Interval.of(1, 1, 1, 1, Double.NaN), 2))
        .isEqualTo(ClaimResult.NOT_SHOWN);
  }
}
