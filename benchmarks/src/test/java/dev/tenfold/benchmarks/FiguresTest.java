// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void value_anySize_hasThreeDigitsAtLeast() {
    assertThat(Figures.value(0.934)).isEqualTo("0.93");
    assertThat(Figures.value(-12.44)).isEqualTo("-12.4");
    assertThat(Figures.value(1234.5)).isEqualTo("1,235");
    assertThat(Figures.value(Double.NaN)).isEqualTo("-");
  }

  @Test
  void bytes_bookkeepingOfTheProfiler_isZero() {
    assertThat(Figures.bytes(0.0004)).isEqualTo("0");
    assertThat(Figures.bytes(0.4)).isEqualTo("0.4");
    assertThat(Figures.bytes(272)).isEqualTo("272");
    assertThat(Figures.bytes(Double.NaN)).isEqualTo("-");
  }

  @Test
  void shortest_wholeNumber_hasNoPoint() {
    assertThat(Figures.shortest(3)).isEqualTo("3");
    assertThat(Figures.shortest(0.5)).isEqualTo("0.5");
  }

  @Test
  void duration_fromAMinuteOn_namesMinutes() {
    assertThat(Figures.duration(Duration.ofSeconds(59))).isEqualTo("59 s");
    assertThat(Figures.duration(Duration.ofSeconds(187))).isEqualTo("3 min 07 s");
  }
}
