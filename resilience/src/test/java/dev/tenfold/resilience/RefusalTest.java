// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Checks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 10_000_000_000L, Checks.MAX_NANOS - 1, Checks.MAX_NANOS})
  void of_someWait_isARefusalThatKnowsIt(long nanos) {
    long answer = Refusal.of(nanos);

    assertThat(Refusal.is(answer)).isTrue();
    assertThat(answer).isNotEqualTo(Gate.REFUSED);
    assertThat(Refusal.afterNanos(answer)).isEqualTo(nanos);
  }

  @Test
  void of_waitBeyondTheLongest_isTheLongest() {
    assertThat(Refusal.afterNanos(Refusal.of(Long.MAX_VALUE))).isEqualTo(Checks.MAX_NANOS);
  }

  @Test
  void of_unknownWait_isRefused() {
    assertThat(Refusal.of(-1)).isEqualTo(Gate.REFUSED);
    assertThat(Refusal.is(Gate.REFUSED)).isTrue();
    assertThat(Refusal.afterNanos(Gate.REFUSED)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 1, 0, -1, -Checks.MAX_NANOS})
  void is_permitOrReservation_isNoRefusal(long answer) {
    assertThat(Refusal.is(answer)).isFalse();
  }
}
