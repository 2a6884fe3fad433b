// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways in which a primary and its standby break, on servers of the test's own. */
@Timeout(120)
class PostgresFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ROWS = "select string_agg(x::text, ',' order by x) from t";

  private PostgresFixture pair;
  private PostgresServer primary;
  private PostgresServer standby;

  @BeforeEach
  void start() throws SQLException {
    pair = PostgresFixture.start(1);
    primary = pair.primary();
    standby = pair.standby(0);
    execute(primary, "create table t (x int)");
    execute(primary, "insert into t values (1)");
    awaitRows(standby, "1");
  }

  @AfterEach
  void stop() {
    pair.close();
  }

  @Test
  void set_synchronousStandbyPaused_makesACommitWaitUntilItResumes() throws Exception {
    primary.set("synchronous_standby_names", standby.name());
    execute(primary, "insert into t values (2)");
    standby.pause();
    CompletableFuture<Void> commit =
        CompletableFuture.runAsync(() -> uncheckedExecute("insert into t values (3)"));
    Await.until(
        "the commit waits",
        SOON,
        () ->
            query(primary, "select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
                .equals("1"));
    assertThat(commit).isNotDone();

    standby.resume();

    Await.until("the commit has returned", SOON, commit::isDone);
    commit.get();
    standby.pause();
    primary.reset("synchronous_standby_names");
    execute(primary, "insert into t values (4)");
    standby.resume();
    awaitRows(standby, "1,2,3,4");
  }

  @Test
  void set_onBothServers_isInForceInNewSessionsAndAfterRestartUntilReset() throws SQLException {
    for (PostgresServer server : new PostgresServer[] {primary, standby}) {
      server.set("wal_receiver_status_interval", "2s");
      server.set("search_path", "it's \\ odd");
      assertThat(query(server, "show wal_receiver_status_interval")).isEqualTo("2s");

      server.restart();

      assertThat(query(server, "show wal_receiver_status_interval")).isEqualTo("2s");
      assertThat(query(server, "show search_path")).contains("it's \\ odd");

      server.reset("WAL_receiver_status_interval");
      assertThat(query(server, "show wal_receiver_status_interval")).isEqualTo("1s");
    }
  }

  private static void awaitRows(PostgresServer server, String rows) {
    Await.until(server + " has the rows " + rows, SOON, () -> rows.equals(query(server, ROWS)));
  }

  private void uncheckedExecute(String sql) {
    try {
      execute(primary, sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void execute(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource().getConnection()) {
      return query(connection, sql);
    }
  }

  private static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
