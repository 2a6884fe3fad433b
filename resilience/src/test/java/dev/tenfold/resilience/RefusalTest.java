// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Checks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {

  @ParameterizedTest
  @EnumSource
  void of_everyKindAndWait_isARefusalThatKnowsBoth(RefusalKind kind) {
    for (long nanos : new long[] {0, 1, 10_000_000_000L, Refusal.MAX_AFTER_NANOS}) {
      long answer = Refusal.of(kind, nanos);

      assertThat(Refusal.is(answer)).isTrue();
      assertThat(Refusal.kind(answer)).isEqualTo(kind);
      assertThat(Refusal.afterNanos(answer)).isEqualTo(nanos);
    }
  }

  @ParameterizedTest
  @EnumSource
  void of_unknownWait_isARefusalThatKnowsItsKind(RefusalKind kind) {
    long answer = Refusal.of(kind, -1);

    assertThat(answer).isEqualTo(Refusal.of(kind));
    assertThat(Refusal.is(answer)).isTrue();
    assertThat(Refusal.kind(answer)).isEqualTo(kind);
    assertThat(Refusal.afterNanos(answer)).isEqualTo(-1);
  }

  @Test
  void of_waitBeyondTheLongest_isTheLongest() {
    long answer = Refusal.of(RefusalKind.KEYS_FULL, Long.MAX_VALUE);

    assertThat(Refusal.kind(answer)).isEqualTo(RefusalKind.KEYS_FULL);
    assertThat(Refusal.afterNanos(answer)).isEqualTo(Refusal.MAX_AFTER_NANOS);
  }

  @Test
  void kind_ofAnotherModulesRefusal_isThatOfAGate() {
    assertThat(Refusal.is(Gate.REFUSED)).isTrue();
    assertThat(Refusal.kind(Gate.REFUSED)).isEqualTo(RefusalKind.GATE_REFUSED);
    assertThat(Refusal.afterNanos(Gate.REFUSED)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 1, 0, -1, -Checks.MAX_NANOS})
  void is_permitOrReservation_isNoRefusal(long answer) {
    assertThat(Refusal.is(answer)).isFalse();
  }
}
