// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardIdTest {

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\n", "a\u00a0", "\u0000", "\ud800", "a\udc00"})
  void constructor_illegibleName_isRefused(String value) {
    assertThatIllegalArgumentException().isThrownBy(() -> new ShardId(value));
  }

  @Test
  void constructor_tooManyBytes_isRefusedWithTheLimit() {
    assertThat(new ShardId("é".repeat(64)).value()).hasSize(64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ShardId("é".repeat(65)))
        .withMessageContaining("130")
        .withMessageContaining("128");
  }

  @Test
  void compareTo_beyondTheBasicPlane_followsCodePointsNotChars() {
    ShardId basic = new ShardId("\uff5e");
    ShardId astral = new ShardId("\ud83d\ude00");
    assertThat(basic).isLessThan(astral);
    assertThat(basic.value()).isGreaterThan(astral.value());
  }

  @Test
  void toString_isTheName() {
    assertThat(new ShardId("s0")).hasToString("s0");
  }
}
