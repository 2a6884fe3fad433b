// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShardKeysTest {

  @Test
  void shown_keysOf64AndMore_areCutThere() {
    assertThat(ShardKeys.display("x".repeat(64))).isEqualTo('"' + "x".repeat(64) + '"');
    assertThat(ShardKeys.display("x".repeat(65))).isEqualTo('"' + "x".repeat(64) + "\"...");
    assertThat(ShardKeys.display(new byte[64])).isEqualTo("0x" + "00".repeat(64));
    assertThat(ShardKeys.display(new byte[65])).isEqualTo("0x" + "00".repeat(64) + "...");
    assertThat(ShardKeys.display(42)).isEqualTo("42");
  }

  @Test
  void shown_controlCharacters_areReplaced() {
    assertThat(ShardKeys.display("x\nERROR\u007fforged\u0085line"))
        .isEqualTo("\"x\ufffdERROR\ufffdforged\ufffdline\"");
  }
}
