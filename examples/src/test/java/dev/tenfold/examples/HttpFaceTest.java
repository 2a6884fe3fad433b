// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.RefusalKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HttpFaceTest {

  @ParameterizedTest
  @EnumSource
  void status_ofEveryRefusal_tellsTooOftenFromUnavailable(RefusalKind kind) {
    boolean tooOften = kind == RefusalKind.RATE_LIMITED || kind == RefusalKind.WAIT_TOO_LONG;

    assertThat(HttpFace.status(new RejectedException("policy", kind, -1)))
        .isEqualTo(tooOften ? 429 : 503);
    assertThat(HttpFace.status(new RejectedException("policy", "busy", null))).isEqualTo(503);
  }
}
