// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.Ambient;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.TimeSource;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadWriteDataSourceIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration THREE_BOUNDS = Duration.ofSeconds(3);
  private static final PostgresFixture POSTGRES = PostgresFixture.start(1);

  private final HikariDataSource primary = pool(POSTGRES.primary());
  private final HikariDataSource standby = pool(POSTGRES.standby(0));
  private final ReadWriteDataSource orders =
      ReadWriteDataSource.builder("orders")
          .primary(primary)
          .replica("standby", standby)
          .maxStaleness(Duration.ofSeconds(1))
          .probeInterval(Duration.ofMillis(50))
          .build();

  private static HikariDataSource pool(PostgresServer server) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(server.jdbcUrl());
    config.setSchema("public"); // or else the pool does not reset it
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(1000);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  @BeforeAll
  static void createTable() throws SQLException {
    try (Connection connection = POSTGRES.primary().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table orders (id bigint generated always as identity, note text)");
    }
  }

  @AfterAll
  static void stop() {
    POSTGRES.close();
  }

  @BeforeEach
  void awaitReplica() {
    Await.until("the standby is used", SOON, this::readsFromTheStandby);
  }

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    orders.close();
    Await.until(
        "all connections are back",
        SOON,
        () ->
            primary.getHikariPoolMXBean().getActiveConnections() == 0
                && standby.getHikariPoolMXBean().getActiveConnections() == 0);
    primary.close();
    standby.close();
  }

  private boolean readsFromTheStandby() throws SQLException {
    try (Connection connection = orders.getConnection()) {
      connection.setReadOnly(true);
      return inRecovery(connection);
    }
  }

  private static boolean inRecovery(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private void write() throws SQLException {
    try (Connection connection = orders.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into orders (note) values (?)")) {
      insert.setString(1, "x");
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
  }

  @Test
  void connection_undeclared_writesToThePrimary() throws SQLException {
    write();
    try (Connection connection = orders.getConnection()) {
      assertThat(inRecovery(connection)).isFalse();
    }
  }

  /** The time since the last replayed transaction grows on an idle primary: it is no lag. */
  @Test
  void read_idlePrimary_staysOnTheStandby() throws SQLException {
    write();
    Await.until("the standby is used", SOON, this::readsFromTheStandby);
    AtomicBoolean passed = new AtomicBoolean();
    TimeSource.system().schedule(THREE_BOUNDS.toNanos(), Runnable::run, () -> passed.set(true));
    Await.until(
        "three times the bound has passed without a write",
        SOON,
        () -> {
          assertThat(readsFromTheStandby()).isTrue();
          return passed.get();
        });
  }

  @Test
  void read_replayPaused_movesToThePrimaryAndBackAfterResuming() throws SQLException {
    POSTGRES.standby(0).pauseReplay();
    try {
      write();
      Await.until("reads are on the primary", SOON, () -> !readsFromTheStandby());
    } finally {
      POSTGRES.standby(0).resumeReplay();
    }
    Await.until("reads are back on the standby", SOON, this::readsFromTheStandby);
  }

  /** A server that was down once is not down for ever, as the host status of pgjdbc was. */
  @Test
  void read_standbyKilled_movesToThePrimaryAndBackAfterItsRestart() {
    POSTGRES.standby(0).kill();
    try {
      Await.until("reads are on the primary", SOON, () -> !readsFromTheStandby());
    } finally {
      POSTGRES.standby(0).restart();
    }
    Await.until("reads are back on the standby", SOON, this::readsFromTheStandby);
  }

  @Test
  void manyReaders_standbyDiesUnderThem_leakNothing() throws InterruptedException {
    AtomicInteger served = new AtomicInteger();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread reader = new Thread(() -> readUntil(served, 400));
      readers.add(reader);
      reader.start();
    }
    Await.until("the readers are at work", SOON, () -> served.get() > 100);
    POSTGRES.standby(0).kill();
    try {
      for (Thread reader : readers) {
        reader.join();
      }
    } finally {
      POSTGRES.standby(0).restart();
    }
    assertThat(served).hasValueGreaterThanOrEqualTo(400);
  }

  private void readUntil(AtomicInteger served, int enough) {
    while (served.get() < enough) {
      try (Connection connection = orders.getConnection()) {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        inRecovery(connection);
        connection.commit();
        served.incrementAndGet();
      } catch (SQLException expected) {
        // it was on the standby when that died
      }
    }
  }

  @Test
  void read_standbyHangs_movesToThePrimaryAndBack() {
    POSTGRES.standby(0).pause();
    try {
      Await.until(
          "a read bound now is bound to the primary",
          SOON,
          () -> {
            try (Connection connection = orders.getConnection()) {
              connection.setReadOnly(true);
              return connection.getMetaData().getURL().contains(":" + POSTGRES.primary().port());
            }
          });
    } finally {
      POSTGRES.standby(0).resume();
    }
    Await.until("reads are back on the standby", SOON, this::readsFromTheStandby);
  }

  /** As HikariCP #674, Hibernate PR #10822. */
  @Test
  void transaction_readOnly_staysOnOneConnectionAndRefusesToSwitch() throws SQLException {
    try (Connection connection = orders.getConnection()) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      int backend = backend(connection);
      assertThat(backend(connection)).isEqualTo(backend);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> connection.setReadOnly(false))
          .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("25001"));
      assertThat(backend(connection)).isEqualTo(backend);
      connection.commit();

      connection.setReadOnly(false);
      assertThat(inRecovery(connection)).isFalse();
      connection.rollback();
    }
  }

  @Test
  void write_onAConnectionDeclaredForReading_isRefusedByTheServer() throws SQLException {
    try (Connection connection = orders.getConnection();
        Ambient.Scope scope = ReadIntent.REPLICA.open()) {
      try (Statement statement = connection.createStatement()) {
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> statement.execute("insert into orders (note) values ('x')"))
            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("25006"));
      }
    }
  }

  @Test
  void scopePrimary_readOnly_isServedByThePrimary() throws SQLException {
    try (Ambient.Scope scope = ReadIntent.PRIMARY.open()) {
      assertThat(readsFromTheStandby()).isFalse();
    }
    assertThat(readsFromTheStandby()).isTrue();
  }

  @Test
  void settings_pooledConnection_comesBackClean() throws SQLException {
    try (Connection connection = orders.getConnection()) {
      connection.setSchema("pg_catalog");
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setAutoCommit(false);
      assertThat(inRecovery(connection)).isFalse();
      assertThat(connection.getSchema()).isEqualTo("pg_catalog");
    }
    try (Connection connection = orders.getConnection()) {
      assertThat(connection.getSchema()).isEqualTo("public");
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
      assertThat(connection.getAutoCommit()).isTrue();
    }
  }

  private static int backend(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }
}
