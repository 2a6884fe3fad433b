// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PostgresFixtureIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  private static PostgresFixture pair;

  @BeforeAll
  static void startPair() {
    pair = PostgresFixture.start(1);
  }

  @AfterAll
  static void closePair() {
    pair.close();
  }

  @Test
  void shared_askedTwice_isTheSameServerAndCannotBeClosed() throws SQLException {
    try (PostgresFixture first = PostgresFixture.shared()) {
      assertThat(PostgresFixture.shared()).isSameAs(first);
    }
    assertThat(query(PostgresFixture.shared().primary(), "select 1")).isEqualTo("1");
    assertThat(PostgresFixture.shared().standbys()).isEmpty();
  }

  @Test
  void close_openConnections_returnsAfterEveryChildHasEnded() throws SQLException {
    List<ProcessHandle> children;
    try (PostgresFixture fixture = PostgresFixture.start(0)) {
      for (int i = 0; i < 30; i++) {
        var unused = fixture.primary().dataSource().getConnection(); // ended with its server
      }
      ProcessHandle server = ProcessHandle.of(fixture.primary().pid()).orElseThrow();
      children = server.children().toList();
      assertThat(children).isNotEmpty();
    }
    assertThat(children).noneMatch(child -> Machine.runs(child.pid()));
  }

  @Test
  void shared_broken_isRefused() {
    PostgresServer shared = PostgresFixture.shared().primary();

    assertThatThrownBy(shared::kill).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(shared::pause)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("start() one");
  }

  @Test
  void settings_started_areFastAndHonest() throws SQLException {
    for (PostgresServer server : new PostgresServer[] {pair.primary(), pair.standby(0)}) {
      assertThat(query(server, "show fsync")).isEqualTo("off");
      assertThat(query(server, "show synchronous_commit")).isEqualTo("on");
      assertThat(query(server, "show full_page_writes")).isEqualTo("on");
      assertThat(query(server, "show dynamic_shared_memory_type")).isEqualTo("mmap");
      assertThat(query(server, "show wal_level")).isEqualTo("replica");
      assertThat(query(server, "show listen_addresses")).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void systemIdentifier_ofTwoFixtures_differsButStandbysShareIt() throws SQLException {
    String sql = "select system_identifier from pg_control_system()";
    String ofPair = query(pair.primary(), sql);

    assertThat(query(pair.standby(0), sql)).isEqualTo(ofPair);
    assertThat(query(PostgresFixture.shared().primary(), sql)).isNotEqualTo(ofPair);
  }

  @Test
  void start_withSettings_usesThem() throws SQLException {
    try (PostgresFixture own = PostgresFixture.start(0, Map.of("max_connections", "17"))) {
      assertThat(query(own.primary(), "show max_connections")).isEqualTo("17");
    }
  }

  @Test
  void start_settingsWithQuotes_areTakenAsTheyAre() throws SQLException {
    try (PostgresFixture own =
        PostgresFixture.start(0, Map.of("log_line_prefix", "it's \\t %m "))) {
      assertThat(query(own.primary(), "show log_line_prefix")).isEqualTo("it's \\t %m ");
    }
  }

  @Test
  void createDatabase_onPrimary_answersItsUrl() throws SQLException {
    String url = PostgresFixture.shared().primary().createDatabase("orders");

    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(connection.getCatalog()).isEqualTo("orders");
    }
    assertThatThrownBy(() -> PostgresFixture.shared().primary().createDatabase("orders"))
        .isInstanceOf(FixtureException.class)
        .hasMessageContaining("already exists");
  }

  @Test
  void createDatabase_badNameOrStandby_isRefused() {
    assertThatThrownBy(() -> pair.primary().createDatabase("a\"b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a\"b");
    assertThatThrownBy(() -> pair.standby(0).createDatabase("a"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pause_childEndedThatNobodyBuries_returns() throws SQLException {
    try (PostgresFixture own = PostgresFixture.start()) {
      PostgresServer server = own.primary();
      server.pause();
      ProcessHandle child =
          ProcessHandle.of(server.pid()).orElseThrow().children().findAny().orElseThrow();
      child.destroyForcibly();
      Await.until("the child is dead", SOON, () -> !Machine.runs(child.pid()));

      assertThatCode(server::pause).doesNotThrowAnyException();
    }
  }

  @Test
  void connect_withoutPassword_isRefused() {
    String url = "jdbc:postgresql://127.0.0.1:" + pair.primary().port() + "/postgres";

    assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", "guess"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("password authentication failed");
  }

  @Test
  void standby_primaryWrites_replaysButTakesNoWrites() throws SQLException {
    execute(pair.primary(), "create table replayed (x int)");
    execute(pair.primary(), "insert into replayed values (7)");

    Await.until(
        "the standby has the row",
        SOON,
        () -> query(pair.standby(0), "select x from replayed").equals("7"));
    assertThat(query(pair.standby(0), "select pg_is_in_recovery()")).isEqualTo("t");
    assertThatThrownBy(() -> execute(pair.standby(0), "insert into replayed values (8)"))
        .hasMessageContaining("read-only");
    assertThat(query(pair.primary(), "select application_name from pg_stat_replication"))
        .isEqualTo("standby0");
  }

  @Test
  void pauseReplay_primaryWrites_holdsUntilResumed() throws SQLException {
    PostgresServer standby = pair.standby(0);
    execute(pair.primary(), "create table held (x int)");
    String created = query(pair.primary(), "select pg_current_wal_lsn()");
    Await.until(
        "the table is there",
        SOON,
        () -> query(standby, "select pg_last_wal_replay_lsn() >= '" + created + "'").equals("t"));

    standby.pauseReplay();
    try {
      execute(pair.primary(), "insert into held values (1)");
      String written = query(pair.primary(), "select pg_current_wal_lsn()");
      Await.until(
          "the row has been received",
          SOON,
          () ->
              query(standby, "select pg_last_wal_receive_lsn() >= '" + written + "'").equals("t"));
      assertThat(query(standby, "select count(*) from held")).isEqualTo("0");
    } finally {
      standby.resumeReplay();
    }
    Await.until(
        "the row is visible", SOON, () -> query(standby, "select count(*) from held").equals("1"));
  }

  @Test
  void pauseReplay_onPrimary_isRefused() {
    assertThatThrownBy(() -> pair.primary().pauseReplay())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> pair.primary().resumeReplay())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void kill_withOpenConnections_keepsCommittedDataAndStandbyFollowsAgain() throws SQLException {
    try (PostgresFixture own = PostgresFixture.start(1);
        Connection open = own.primary().dataSource().getConnection()) {
      execute(own.primary(), "create table kept (x int)");
      execute(own.primary(), "insert into kept values (1)");
      int port = own.primary().port();
      long pid = own.primary().pid();

      own.primary().kill();
      assertThat(Machine.runs(pid)).isFalse();
      assertThatThrownBy(() -> query(own.primary(), "select 1")).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> open.createStatement().execute("select 1"))
          .isInstanceOf(SQLException.class);

      own.primary().restart();
      assertThat(own.primary().port()).isEqualTo(port);
      assertThat(query(own.primary(), "select x from kept")).isEqualTo("1");
      execute(own.primary(), "insert into kept values (2)");
      Await.until(
          "the standby follows again",
          SOON,
          () -> query(own.standby(0), "select count(*) from kept").equals("2"));

      own.standby(0).kill();
      execute(own.primary(), "insert into kept values (3)");
      own.standby(0).restart();
      Await.until(
          "the standby has caught up",
          SOON,
          () -> query(own.standby(0), "select count(*) from kept").equals("3"));
    }
  }

  @Test
  void restart_runningWithOpenTransaction_stopsItAndStartsAgain() throws SQLException {
    try (PostgresFixture own = PostgresFixture.start();
        Connection open = own.primary().dataSource().getConnection()) {
      open.setAutoCommit(false);
      open.createStatement().execute("create table lost (x int)");
      long pid = own.primary().pid();

      own.primary().restart();

      assertThat(own.primary().pid()).isNotEqualTo(pid);
      assertThat(query(own.primary(), "select to_regclass('lost')")).isNull();
    }
  }

  @Test
  void pause_openConnection_answersAfterResume() throws Exception {
    try (PostgresFixture own = PostgresFixture.start();
        Connection open = own.primary().dataSource().getConnection()) {
      own.primary().pause();
      open.setNetworkTimeout(Runnable::run, 200);
      assertThatThrownBy(() -> open.createStatement().execute("select 1"))
          .hasMessageContaining("I/O error");

      own.primary().resume();

      assertThat(query(own.primary(), "select 1")).isEqualTo("1");
      assertThatCode(() -> own.primary().resume()).doesNotThrowAnyException();
    }
  }

  @Test
  void start_withUnknownSetting_failsWithTheEndOfTheLog() {
    assertThatThrownBy(() -> PostgresFixture.start(0, Map.of("no_such_setting", "1")))
        .isInstanceOf(FixtureException.class)
        .hasMessageContaining("PostgreSQL (primary) cannot start: it ended with status 1")
        .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"");
  }

  @Test
  void start_tooManyStandbys_isRefused() {
    assertThatThrownBy(() -> PostgresFixture.start(9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("9");
  }

  private static void execute(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
