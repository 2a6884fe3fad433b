// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {
  @Test
  void of_sameTenantAndKey_equal() {
    IdempotencyKey one = IdempotencyKey.of("acme", "k1");
    assertThat(IdempotencyKey.of("acme", "k1")).isEqualTo(one).hasSameHashCodeAs(one);
  }

  @Test
  void of_boundaryBetweenTenantAndKeyMoves_differs() {
    assertThat(IdempotencyKey.of("a", "bc")).isNotEqualTo(IdempotencyKey.of("ab", "c"));
  }

  @Test
  void of_otherCase_differs() {
    assertThat(IdempotencyKey.of("acme", "K1")).isNotEqualTo(IdempotencyKey.of("acme", "k1"));
  }

  /**
   * The digest never changes, because records outlive the program: sha256(00000004 "acme" "k1").
   */
  @Test
  void digest_ofKnownKey_isFrozen() {
    assertThat(HexFormat.of().formatHex(IdempotencyKey.of("acme", "k1").digest()))
        .isEqualTo("b86b027579ac04b34aa2681b2c726487add82acbbda0242afe2c16b1e753b0b3");
  }

  @Test
  void digest_changedByCaller_doesNotChangeTheKey() {
    IdempotencyKey key = IdempotencyKey.of("acme", "k1");
    key.digest()[0]++;
    assertThat(key).isEqualTo(IdempotencyKey.of("acme", "k1"));
  }

  @Test
  void of_longestKeyAndTenant_accepted() {
    assertThatNoException().isThrownBy(() -> IdempotencyKey.of("t".repeat(128), "k".repeat(255)));
  }

  @Test
  void of_keyTooLong_refusedWithValueAndLimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IdempotencyKey.of("acme", "k".repeat(256)))
        .withMessageContaining("256")
        .withMessageContaining("255");
  }

  @Test
  void of_tenantTooLong_refusedWithValueAndLimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IdempotencyKey.of("t".repeat(129), "k"))
        .withMessageContaining("129")
        .withMessageContaining("128");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\u0000b", "\ud800"})
  void of_emptyOrControlOrMalformed_refused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IdempotencyKey.of("acme", text));
    assertThatIllegalArgumentException().isThrownBy(() -> IdempotencyKey.of(text, "k1"));
  }

  @Test
  void toString_always_hidesTenantAndKey() {
    assertThat(IdempotencyKey.of("acme", "secret").toString())
        .doesNotContain("secret")
        .doesNotContain("acme");
  }
}
