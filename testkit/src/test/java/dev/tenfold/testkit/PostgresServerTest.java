// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresServerTest {

  @Test
  void settings_before18_leaveOutWhatOnly18Knows() {
    assertThat(PostgresServer.settings(17)).doesNotContainKey("io_method").hasSizeGreaterThan(5);
    assertThat(PostgresServer.settings(18))
        .containsEntry("io_method", "sync")
        .containsAllEntriesOf(PostgresServer.settings(17));
  }
}
