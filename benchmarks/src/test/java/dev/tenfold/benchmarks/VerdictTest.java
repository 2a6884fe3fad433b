// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerdictTest {

  @Test
  void of_wholeIntervalBelowTheLimit_isMet() {
    assertThat(Verdict.of(new Interval(1, 0.9, 5), 2)).isEqualTo(Verdict.MET);
  }

  @Test
  void of_intervalThatEndsAtTheLimit_isMet() {
    assertThat(Verdict.of(new Interval(1, 1, 5), 2)).isEqualTo(Verdict.MET);
  }

  @Test
  void of_intervalAcrossTheLimit_isNotShown() {
    assertThat(Verdict.of(new Interval(1, 1.5, 5), 2)).isEqualTo(Verdict.NOT_SHOWN);
    assertThat(Verdict.of(new Interval(3, 1, 5), 2)).isEqualTo(Verdict.NOT_SHOWN);
  }

  @Test
  void of_wholeIntervalAboveTheLimit_isMissed() {
    assertThat(Verdict.of(new Interval(3, 0.9, 5), 2)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void of_fewerThanFiveRounds_isNotShown() {
    assertThat(Verdict.of(new Interval(1, 0, 4), 2)).isEqualTo(Verdict.NOT_SHOWN);
    assertThat(Verdict.of(new Interval(3, 0, 4), 2)).isEqualTo(Verdict.NOT_SHOWN);
  }

  @Test
  void of_figureThatWasNotMeasured_isNotShown() {
    assertThat(Verdict.of(Interval.of(1, 1, 1, 1, Double.NaN), 2)).isEqualTo(Verdict.NOT_SHOWN);
  }
}
