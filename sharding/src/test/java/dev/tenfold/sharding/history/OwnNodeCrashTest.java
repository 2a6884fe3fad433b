// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.RouteDecision;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Histories that the checker found. One process of a standby is killed, so the standby recovers and
 * shows an earlier state, as the same server. A scope that has read on the standby before learns
 * nothing of that, while another user of the data source opens a new connection.
 */
class OwnNodeCrashTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final SimulatedServer primary = new SimulatedServer("primary", false);
  private final SimulatedServer standby = new SimulatedServer("s1", true);
  private final SimulatedProcess process =
      new SimulatedProcess(new SimulatedServer[] {primary, standby}, time, () -> 0, () -> {});

  @BeforeEach
  void standby_beforeEachTest_hasReplayedVersion7() {
    time.advance(Duration.ZERO); // a sample that the standby reaches after the crash too
    primary.commit(Map.of(5, 7L));
    standby.replay(primary, primary.position());
    time.advance(Duration.ofSeconds(1));
  }

  @AfterEach
  void close() {
    process.close();
  }

  private static int read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate("read 5");
    }
  }

  /** Reads once, and returns the node and the version. */
  private static String readOnce(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      int version = read(connection);
      return connection.unwrap(RouteDecision.class).node() + " " + version;
    }
  }

  private Connection reading(DataSource dataSource) throws SQLException {
    Connection connection = dataSource.getConnection();
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    assertThat(read(connection)).isEqualTo(7);
    assertThat(connection.unwrap(RouteDecision.class).node()).isEqualTo("s1");
    return connection;
  }

  private void crash() throws SQLException {
    standby.crashBackTo(0);
    assertThat(readOnce(process.dataSource)).as("another user, without a scope").isEqualTo("s1 0");
  }

  /** Returns a view of a scope, so that this thread can read outside of the scope too. */
  private DataSource scoped() {
    try (ConsistencyScope scope = process.dataSource.openScope()) {
      return scope.dataSource();
    }
  }

  @Test
  void read_afterAReadThatTheCrashOfItsServerFailed_isNotServedByThatServer() throws SQLException {
    DataSource scoped = scoped();
    try (Connection before = reading(scoped)) {
      crash();
      assertThat(catchThrowable(() -> read(before))).isInstanceOf(SQLException.class);

      assertThat(readOnce(scoped)).isEqualTo("primary 7");
    }
  }

  @Test
  void read_afterTheEndOfATransactionOnACrashedServer_isNotServedByThatServer()
      throws SQLException {
    DataSource scoped = scoped();
    Connection before = reading(scoped);
    crash();
    before.close();

    assertThat(readOnce(scoped)).isEqualTo("primary 7");
  }
}
