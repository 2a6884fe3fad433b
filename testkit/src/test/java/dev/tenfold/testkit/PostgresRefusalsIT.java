// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server refuses to do, and that it changes nothing then. */
@Timeout(120)
class PostgresRefusalsIT {
  private static PostgresFixture pair;
  private static PostgresServer primary;

  @BeforeAll
  static void start() {
    pair = PostgresFixture.start(1);
    primary = pair.primary();
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  @Test
  void set_whatCannotBe_isRefused() {
    assertThatThrownBy(() -> primary.set("max_connections", "10"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max_connections cannot change while the server runs");
    assertThatThrownBy(() -> primary.set("no_such_setting", "10"))
        .isInstanceOf(FixtureException.class)
        .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"");
    assertThatThrownBy(() -> primary.set("work_mem", "much"))
        .isInstanceOf(FixtureException.class)
        .hasMessageContaining("invalid value for parameter \"work_mem\"");
  }

  @Test
  void operations_onTheSharedServer_areRefused() {
    PostgresServer shared = PostgresFixture.shared().primary();

    assertThatThrownBy(() -> shared.set("work_mem", "5MB"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> shared.reset("work_mem")).isInstanceOf(IllegalStateException.class);
  }
}
