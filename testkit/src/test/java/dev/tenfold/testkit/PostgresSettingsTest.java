// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresSettingsTest {

  @Test
  void settings_before18_leaveOutWhatOnly18Knows() {
    assertThat(PostgresSettings.of(17)).doesNotContainKey("io_method").hasSizeGreaterThan(5);
    assertThat(PostgresSettings.of(18))
        .containsEntry("io_method", "sync")
        .containsAllEntriesOf(PostgresSettings.of(17));
  }
}
