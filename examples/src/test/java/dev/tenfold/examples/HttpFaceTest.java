// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.RefusalKind;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
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

  @Test
  void status_noConnection_tellsThatNothingWasSent() {
    assertThat(HttpFace.status(new SQLException("no primary", "08004"))).isEqualTo(503);
    assertThat(HttpFace.status(new SQLException("lost", "08006"))).isEqualTo(502);
    assertThat(HttpFace.status(new IOException("lost"))).isEqualTo(502);
  }
}
