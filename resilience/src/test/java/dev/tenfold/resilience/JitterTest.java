// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class JitterTest {
  @Test
  void source_ofTheJdkThatRunsNoUserCode_isOurs() {
    assertThat(Jitter.isOurs((Random) null)).isTrue();
    assertThat(Jitter.isOurs(new Random(1))).isTrue();
    assertThat(Jitter.isOurs(new SplittableRandom(1))).isTrue();
    assertThat(Jitter.isOurs(ThreadLocalRandom.current())).isTrue();
  }

  @Test
  void source_ofTheJdkThatCallsAProvider_isNotOurs() {
    assertThat(Jitter.isOurs(new SecureRandom())).isFalse();
  }

  @Test
  void source_thatExtendsRandom_isNotOurs() {
    class UsersRandom extends Random {
      private static final long serialVersionUID = 1L;
    }

    assertThat(Jitter.isOurs(new UsersRandom())).isFalse();
  }
}
