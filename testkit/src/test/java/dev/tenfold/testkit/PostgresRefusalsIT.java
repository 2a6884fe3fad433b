// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server refuses to do, and that it changes nothing then. */
@Timeout(120)
class PostgresRefusalsIT {
  private static PostgresFixture pair;
  private static PostgresServer primary;
  private static PostgresServer standby;

  @BeforeAll
  static void start() {
    pair = PostgresFixture.start(1);
    primary = pair.primary();
    standby = pair.standby(0);
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  @Test
  void follow_itselfOrAStandby_isRefused() {
    assertThatThrownBy(() -> primary.follow(primary)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> primary.follow(standby))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("primary on 127.0.0.1:" + primary.port())
        .hasMessageContaining("standby0 on 127.0.0.1:" + standby.port());
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
  void stopReceiving_onPrimary_isRefused() {
    assertThatThrownBy(primary::stopReceiving)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot stop its receiver: it is no standby");
    assertThatThrownBy(primary::startReceiving).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void killBackend_ofAnotherServer_isRefused() throws SQLException {
    try (Connection ofStandby = standby.dataSource().getConnection()) {
      int pid = Integer.parseInt(value(ofStandby, "select pg_backend_pid()"));
      assertThatThrownBy(() -> primary.killBackend(pid))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("process " + pid + " is no child of PostgreSQL (primary)");
      assertThat(value(ofStandby, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void killBackend_serverPaused_isRefused() {
    standby.pause();
    try {
      assertThatThrownBy(() -> standby.killBackend(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is paused");
    } finally {
      standby.resume();
    }
  }

  @Test
  void follow_deadPrimary_isRefusedAndTheStandbyStaysAsItIs() throws SQLException {
    try (PostgresFixture other = PostgresFixture.start();
        Connection ofStandby = standby.dataSource().getConnection()) {
      other.primary().kill();
      assertThatThrownBy(() -> standby.follow(other.primary()))
          .isInstanceOf(FixtureException.class)
          .hasMessageContaining("cannot connect to 127.0.0.1:" + other.primary().port());
      assertThat(value(ofStandby, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void operations_onTheSharedServer_areRefused() {
    PostgresServer shared = PostgresFixture.shared().primary();

    assertThatThrownBy(() -> shared.follow(primary)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> shared.set("work_mem", "5MB"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> shared.reset("work_mem")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> shared.killBackend(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(shared::snapshot)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("start() one");
  }

  @Test
  void restore_snapshotOfAnotherServer_isRefused() {
    PostgresSnapshot ofStandby = standby.snapshot();

    assertThatThrownBy(() -> primary.restore(ofStandby))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("snapshot1 of standby0");
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (ResultSet result = connection.createStatement().executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
