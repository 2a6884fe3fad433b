// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {

  @Test
  void of_fiveFigures_isStudentsInterval() {
    // standard deviation sqrt(2.5), t of 4 degrees of freedom 2.776445
    Interval interval = Interval.of(1, 2, 3, 4, 5);

    assertThat(interval.mean()).isEqualTo(3);
    assertThat(interval.half()).isCloseTo(2.776445 * Math.sqrt(2.5 / 5), within(1e-5));
    assertThat(interval.low()).isEqualTo(interval.mean() - interval.half());
    assertThat(interval.high()).isEqualTo(interval.mean() + interval.half());
  }

  @Test
  void of_twoFigures_isWide() {
    assertThat(Interval.of(1, 3).half()).isCloseTo(12.70620, within(1e-4));
  }

  @Test
  void of_equalFigures_hasNoWidth() {
    assertThat(Interval.of(7, 7, 7).half()).isZero();
  }

  @Test
  void of_oneFigure_hasNoInterval() {
    Interval interval = Interval.of(4);

    assertThat(interval.mean()).isEqualTo(4);
    assertThat(interval.half()).isNaN();
  }
}
