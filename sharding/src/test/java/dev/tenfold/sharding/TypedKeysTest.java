// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TypedKeysTest {

  @Test
  void shown_keysOf64AndMore_areCutThere() {
    assertThat(TypedKeys.shown("x".repeat(64))).isEqualTo('"' + "x".repeat(64) + '"');
    assertThat(TypedKeys.shown("x".repeat(65))).isEqualTo('"' + "x".repeat(64) + "\"...");
    assertThat(TypedKeys.shown(new byte[64])).isEqualTo("0x" + "00".repeat(64));
    assertThat(TypedKeys.shown(new byte[65])).isEqualTo("0x" + "00".repeat(64) + "...");
    assertThat(TypedKeys.shown(42)).isEqualTo("42");
  }

  @Test
  void shown_controlCharacters_areReplaced() {
    assertThat(TypedKeys.shown("x\nERROR\u007fforged\u0085line"))
        .isEqualTo("\"x\ufffdERROR\ufffdforged\ufffdline\"");
  }
}
