// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RedisScriptTest {

  @Test
  void sha1_ofKnownText_isTheDigestThatRedisPrints() {
    // SCRIPT LOAD "return 1" answers this.
    assertThat(RedisScript.of("return 1").sha1())
        .isEqualTo("e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
  }

  @Test
  void text_withUmlaut_comesBackUnchanged() {
    RedisScript script = RedisScript.of("return 'Jürgen'");

    assertThat(script.text()).isEqualTo("return 'Jürgen'");
    assertThat(script.bytes()).hasSize(16);
  }

  @Test
  void of_blankText_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> RedisScript.of(" \n"));
  }
}
