// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  void promote_primaryKilled_oldPrimaryFollowsOnTheNewTimeline() throws SQLException {
    int port = primary.port();
    primary.kill();
    standby.promote();
    execute(standby, "insert into t values (2)");

    primary.follow(standby);

    assertThat(primary.port()).isEqualTo(port);
    execute(standby, "insert into t values (3)");
    awaitRows(primary, "1,2,3");
    assertThat(query(primary, "select pg_is_in_recovery()")).isEqualTo("t");
    assertThat(query(primary, "select status || received_tli from pg_stat_wal_receiver"))
        .isEqualTo("streaming2");
    assertThat(query(standby, "select application_name from pg_stat_replication"))
        .isEqualTo(primary.name())
        .isEqualTo("primary");
  }

  @Test
  void roles_failoverAndBack_followTheServers() throws SQLException {
    primary.kill();
    standby.promote();
    primary.follow(standby);

    assertThatThrownBy(standby::pauseReplay).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(standby::promote)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("it is no standby");
    assertThatThrownBy(() -> primary.createDatabase("a")).isInstanceOf(IllegalStateException.class);
    assertThat(query(standby, "select current_database()")).isEqualTo("postgres");
    standby.createDatabase("made_on_the_new_primary");
    primary.pauseReplay();
    primary.resumeReplay();

    standby.kill();
    primary.promote();
    standby.follow(primary);
    execute(primary, "insert into t values (2)");
    awaitRows(standby, "1,2");
    assertThat(query(standby, "select received_tli from pg_stat_wal_receiver")).isEqualTo("3");
  }

  @Test
  void promote_bySql_isSeen() throws SQLException {
    assertThat(query(standby, "select pg_promote()")).isEqualTo("t");

    assertThatThrownBy(standby::pauseReplay).isInstanceOf(IllegalStateException.class);
    assertThatCode(() -> standby.createDatabase("a")).doesNotThrowAnyException();
  }

  @Test
  void promote_replayPausedAndReceiverStopped_replaysWhatWasReceived() throws SQLException {
    standby.pauseReplay();
    execute(primary, "insert into t values (2)");
    awaitReceived();
    standby.stopReceiving();
    execute(primary, "insert into t values (3)");

    standby.promote();

    assertThat(query(standby, ROWS)).isEqualTo("1,2");
    execute(standby, "insert into t values (30)");
    assertThat(query(standby, ROWS)).isEqualTo("1,2,30");
    assertThat(query(primary, ROWS)).isEqualTo("1,2,3");
  }

  @Test
  void follow_pausedPrimary_isRebuiltWithoutTakingWritesAgain() throws SQLException {
    primary.pause();
    standby.promote();
    execute(standby, "insert into t values (2)");

    primary.follow(standby);

    awaitRows(primary, "1,2");
  }

  @Test
  void follow_underLoadWithChangedSettings_hasEveryRowAndTheSettingsOfTheStart() throws Exception {
    primary.set("work_mem", "5MB");
    standby.set("work_mem", "6MB");
    try (Connection writer = primary.dataSource().getConnection();
        Statement insert = writer.createStatement()) {
      CompletableFuture<Void> rebuilt = CompletableFuture.runAsync(() -> standby.follow(primary));
      int rows = 1;
      while (!rebuilt.isDone()) {
        insert.execute("insert into t select " + ++rows);
      }
      rebuilt.get();
      int written = rows;
      Await.until(
          "every row is there",
          SOON,
          () -> query(standby, "select count(*) from t").equals(Integer.toString(written)));
    }
    assertThat(query(standby, "show work_mem")).isEqualTo("4MB");
    assertThat(query(standby, "show fsync")).isEqualTo("off");
  }

  @Test
  void set_synchronousStandbyPaused_makesACommitWaitUntilItResumes() throws Exception {
    primary.set("synchronous_standby_names", standby.name());
    execute(primary, "insert into t values (2)");
    primary.reset("synchronous_standby_names");
    standby.pause();
    primary.set("synchronous_standby_names", standby.name());
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

  @Test
  void stopReceiving_primaryWrites_receivesNothingUntilStarted() throws SQLException {
    standby.stopReceiving();
    execute(primary, "insert into t values (2)");
    assertThat(query(primary, "select count(*) from pg_stat_replication")).isEqualTo("0");

    standby.restart();
    assertThat(query(standby, "select count(*) from pg_stat_wal_receiver")).isEqualTo("0");
    assertThat(query(standby, ROWS)).isEqualTo("1");

    standby.startReceiving();
    assertThat(query(standby, "select status from pg_stat_wal_receiver")).isEqualTo("streaming");
    awaitRows(standby, "1,2");
  }

  @Test
  void stopReceiving_replayPaused_endsTheReceiverAndReplaysWhatItHas() throws SQLException {
    standby.pauseReplay();
    execute(primary, "insert into t values (2)");
    awaitReceived();

    standby.stopReceiving();
    execute(primary, "insert into t values (3)");

    assertThat(query(standby, "select count(*) from pg_stat_wal_receiver")).isEqualTo("0");
    assertThatThrownBy(standby::startReceiving)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("replay is paused");
    standby.resumeReplay();
    awaitRows(standby, "1,2");
    assertThat(query(standby, "select count(*) from pg_stat_wal_receiver")).isEqualTo("0");
    standby.startReceiving();
    awaitRows(standby, "1,2,3");
  }

  @Test
  void killBackend_onStandby_recoversInTheSamePostmaster() throws SQLException {
    long postmaster = standby.pid();
    String started = query(standby, "select pg_postmaster_start_time()");
    try (Connection victim = standby.dataSource().getConnection();
        Connection other = standby.dataSource().getConnection()) {
      standby.killBackend(backendPid(victim));

      assertThatThrownBy(() -> query(other, "select 1")).isInstanceOf(SQLException.class);
    }
    assertThat(standby.pid()).isEqualTo(postmaster);
    assertThat(query(standby, "select pg_postmaster_start_time()")).isEqualTo(started);
    execute(primary, "insert into t values (2)");
    awaitRows(standby, "1,2");
  }

  @Test
  void killBackend_onPrimary_keepsCommittedRowsAndLosesOpenTransactions() throws SQLException {
    try (Connection open = primary.dataSource().getConnection()) {
      open.setAutoCommit(false);
      open.createStatement().execute("insert into t values (2)");

      primary.killBackend(backendPid(open));
    }
    execute(primary, "insert into t values (3)");
    assertThat(query(primary, ROWS)).isEqualTo("1,3");
  }

  @Test
  void restore_olderCopyOfAStandby_showsTheOldRowsOnTheSamePortAndCatchesUp() throws SQLException {
    int port = standby.port();
    PostgresSnapshot old = standby.snapshot();
    execute(primary, "insert into t values (2)");
    awaitRows(standby, "1,2");
    standby.stopReceiving();
    PostgresSnapshot cut = standby.snapshot();
    execute(primary, "insert into t values (3)");
    standby.startReceiving();
    awaitRows(standby, "1,2,3");

    standby.restore(cut);

    assertThat(standby.port()).isEqualTo(port);
    assertThat(query(standby, ROWS)).isEqualTo("1,2");
    standby.restore(old);
    awaitRows(standby, "1,2,3");
    standby.restore(cut);
    assertThat(query(standby, ROWS)).isEqualTo("1,2");
  }

  @Test
  void restore_primaryOrPromotedStandby_isWhatItWas() throws SQLException {
    PostgresSnapshot ofPrimary = primary.snapshot();
    PostgresSnapshot ofStandby = standby.snapshot();
    execute(primary, "insert into t values (2)");
    primary.kill();
    standby.promote();

    primary.restore(ofPrimary);
    standby.restore(ofStandby);

    assertThat(query(primary, ROWS)).isEqualTo("1");
    execute(primary, "insert into t values (20)");
    awaitRows(standby, "1,20");
  }

  @Test
  void snapshot_sessionsOpen_keepsThemAndLeavesAPausedServerPaused() throws SQLException {
    try (Connection open = standby.dataSource().getConnection()) {
      var unused = standby.snapshot();
      assertThat(query(open, "select 1")).isEqualTo("1");

      standby.pause();
      var taken = standby.snapshot();
      assertThat(Machine.isStopped(standby.pid())).isTrue();
      standby.restore(taken);
      awaitRows(standby, "1");
    }
  }

  private void awaitReceived() throws SQLException {
    String written = query(primary, "select pg_current_wal_lsn()");
    Await.until(
        "the log is received",
        SOON,
        () -> query(standby, "select pg_last_wal_receive_lsn() >= '" + written + "'").equals("t"));
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

  private static int backendPid(Connection connection) throws SQLException {
    return Integer.parseInt(String.valueOf(query(connection, "select pg_backend_pid()")));
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
