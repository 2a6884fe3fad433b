// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKey;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients do with a connection besides reading and writing. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class ConnectionUseIT {
  private final PostgresFixture servers;
  private RealCluster cluster;

  ConnectionUseIT(PostgresFixture servers) {
    this.servers = servers;
  }

  @BeforeEach
  void open() throws SQLException {
    cluster = RealCluster.open(servers);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  // Statements that closed themselves.

  /** As the lazy proxy of Spring, which swallows setReadOnly(false) once it has a connection. */
  @Test
  void setReadOnlyFalse_statementClosedOnCompletion_becomesAWriter() throws SQLException {
    try (Connection connection = cluster.reader()) {
      Statement statement = connection.createStatement();
      statement.closeOnCompletion();
      try (ResultSet row = statement.executeQuery("select 1")) {
        row.next();
      }
      assertThat(statement.isClosed()).isTrue();
      connection.setReadOnly(false);
      RealCluster.write(connection, 1, 1);
      assertThat(RealCluster.node(connection)).isEqualTo("primary");
    }
  }

  @Test
  void setReadOnlyFalse_statementClosedThroughItsResult_becomesAWriter() throws SQLException {
    try (Connection connection = cluster.reader()) {
      ResultSet row = connection.prepareStatement("select 1").executeQuery();
      row.next();
      row.getStatement().close();
      connection.setReadOnly(false);
      RealCluster.write(connection, 1, 1);
    }
  }

  @Test
  void setReadOnly_writersStatementClosedItself_goesToAStandby() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      RealCluster.write(connection, 1, 1);
      ResultSet row = connection.prepareStatement("select 1").executeQuery();
      row.getStatement().close();
      connection.setReadOnly(true);
      RealCluster.text(connection, "select 1");
      assertThat(RealCluster.node(connection)).isIn("r1", "r2");
    }
  }

  /**
   * The statement names its logical connection: aws-advanced-jdbc-wrapper PR #2077, db-replica
   * 2.5.4, MySQL bugs 48442 and 35660.
   */
  @Test
  void setReadOnlyFalse_statementThatIsOpen_isRefused() throws SQLException {
    try (Connection connection = cluster.reader();
        Statement statement = connection.createStatement()) {
      assertThat(RealCluster.stateOf(() -> connection.setReadOnly(false))).isEqualTo("HY010");
      assertThat(statement.getConnection()).isSameAs(connection);
    }
  }

  // What begins no transaction.

  /** As db-replica 2.9.2, 2.9.4 and 2.5.4: they forced the primary. */
  @Test
  void questionsToTheDriver_inManualMode_beginNoTransaction() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      connection.getMetaData().getDatabaseProductName();
      assertThat(connection.isValid(5)).isTrue();
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
      connection.nativeSQL("select 1");
      connection.getClientInfo();
      connection.createArrayOf("text", new Object[] {"a"});
      connection.setReadOnly(true);
      RealCluster.text(connection, "select 1");
      assertThat(RealCluster.node(connection)).isIn("r1", "r2");
    }
  }

  @Test
  void tablesOfTheMetaData_inManualMode_doNotPinTheNode() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (ResultSet tables = connection.getMetaData().getTables(null, null, "note", null)) {
        assertThat(tables.next()).isTrue();
      }
      connection.rollback();
      connection.setReadOnly(true);
      assertThat(RealCluster.text(connection, "select pg_is_in_recovery()")).isEqualTo("t");
    }
  }

  /** The server has rolled back; the connection and its scope are free for what comes next. */
  @Test
  void commit_thatTheServerRefuses_endsTheTransaction() throws SQLException {
    RealCluster.run(
        servers.primary(),
        "alter table note alter version type int",
        "alter table note add foreign key (version) references note"
            + " deferrable initially deferred");
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      RealCluster.write(connection, 1, 7);
      assertThat(RealCluster.stateOf(connection::commit)).isEqualTo("23503");
      assertThat(scope.captureToken()).isNotEmpty();
      connection.setReadOnly(true);
      assertThat(RealCluster.version(connection, 1)).isEqualTo(-1);
    }
  }

  // Texts and builders.

  @Test
  void toString_ofAPreparedStatement_showsTheSql() throws SQLException {
    try (Connection connection = cluster.reader();
        PreparedStatement select = connection.prepareStatement("select ?::int")) {
      select.setInt(1, 42);
      assertThat(select.toString()).contains("select ").contains("42");
      assertThat(connection.toString()).contains("orders").containsAnyOf("on r1", "on r2");
    }
  }

  @Test
  void connectionBuilder_withoutUser_buildsAConnection() throws SQLException {
    try (Connection connection = cluster.dataSource.createConnectionBuilder().build()) {
      RealCluster.write(connection, 1, 1);
    }
    assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
        .isThrownBy(() -> cluster.dataSource.createConnectionBuilder().user("x").build());
    assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
        .isThrownBy(() -> cluster.dataSource.createShardingKeyBuilder());
  }

  @Test
  void requestsAndShardingKeys_areHintsAndRefusals() throws SQLException {
    ShardingKey key = new ShardingKey() {};
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.beginRequest();
      RealCluster.write(connection, 1, 1);
      connection.beginRequest();
      connection.endRequest();
      assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
          .isThrownBy(() -> connection.setShardingKey(key));
      assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
          .isThrownBy(() -> connection.setShardingKeyIfValid(key, 1));
      RealCluster.write(connection, 1, 2);
    }
  }

  // Settings on several nodes.

  /**
   * As aws-advanced-jdbc-wrapper #1787, #812 and #547, MariaDB CONJ-759 and CONJ-1002: settings
   * were lost with the server.
   */
  @Test
  void settings_madeOnOneNode_followToTheNext() throws SQLException {
    try (Connection connection = cluster.reader()) {
      RealCluster.text(connection, "select 1");
      connection.setSchema("pg_catalog");
      connection.setClientInfo("ApplicationName", "reports");
      connection.setNetworkTimeout(Runnable::run, 12_000);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setReadOnly(false);
      assertThat(RealCluster.text(connection, "select current_schema()")).isEqualTo("pg_catalog");
      assertThat(RealCluster.text(connection, "show application_name")).isEqualTo("reports");
      assertThat(RealCluster.text(connection, "show transaction_isolation"))
          .isEqualTo("repeatable read");
      assertThat(connection.getNetworkTimeout()).isEqualTo(12_000);
      assertThat(RealCluster.node(connection)).isEqualTo("primary");
    }
  }

  /**
   * As aws-advanced-jdbc-wrapper PR #2086 and #2094: the first SELECT went to a reader, and the
   * write after it failed.
   */
  @Test
  void firstStatement_ofAWriteTransaction_isOnThePrimaryAlready() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      assertThat(RealCluster.text(connection, "select pg_is_in_recovery()")).isEqualTo("f");
      RealCluster.write(connection, 1, 1);
      assertThat(RealCluster.text(connection, "select 1 from note for update skip locked"))
          .isEqualTo("1");
      connection.commit();
    }
  }

  /** As aws-advanced-jdbc-wrapper #311, and the lazy proxy of Spring. */
  @Test
  void closedConnection_neverUsed_refusesEverySetter() throws SQLException {
    Connection connection = cluster.dataSource.getConnection();
    connection.close();
    connection.close();
    assertThat(connection.isClosed()).isTrue();
    assertThat(connection.isValid(1)).isFalse();
    for (String state :
        new String[] {
          RealCluster.stateOf(() -> connection.setReadOnly(true)),
          RealCluster.stateOf(() -> connection.setAutoCommit(true)),
          RealCluster.stateOf(() -> connection.setSchema("public")),
          RealCluster.stateOf(() -> connection.setTransactionIsolation(2)),
          RealCluster.stateOf(() -> connection.setClientInfo("ApplicationName", "x")),
          RealCluster.stateOf(connection::createStatement),
          RealCluster.stateOf(connection::commit),
          RealCluster.stateOf(connection::getAutoCommit),
        }) {
      assertThat(state).isEqualTo("08003");
    }
  }

  /** As aws-advanced-jdbc-wrapper #328. */
  @Test
  void savepoints_inATransaction_areThoseOfTheDriver() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      RealCluster.write(connection, 1, 1);
      var savepoint = connection.setSavepoint("before");
      RealCluster.write(connection, 1, 2);
      connection.rollback(savepoint);
      connection.releaseSavepoint(savepoint);
      connection.commit();
      assertThat(RealCluster.version(connection, 1)).isEqualTo(1);
      connection.rollback();
    }
  }

  /**
   * A recovery conflict is 40001 on a connection that goes on, or a lost connection. As SpiceDB PR
   * #2233, Cube #3904, Sequelize #7179.
   */
  @Test
  void recoveryConflict_onAStandby_isReportedAndTheReadCanBeRepeated() throws SQLException {
    servers.standby(0).set("max_standby_streaming_delay", "0");
    servers.standby(1).set("max_standby_streaming_delay", "0");
    try (Connection connection = cluster.reader()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      RealCluster.text(connection, "select count(*) from note");
      RealCluster.run(servers.primary(), "drop table note", "create table note (id int)");
      Await.until(
          "the read is cancelled",
          RealCluster.SOON,
          () ->
              RealCluster.stateOf(() -> RealCluster.text(connection, "select count(*) from note"))
                  .matches("40001|57P01|08006|08003|25P02"));
    } finally {
      servers.standby(0).reset("max_standby_streaming_delay");
      servers.standby(1).reset("max_standby_streaming_delay");
    }
    Await.until("a repeated read is served", Duration.ofSeconds(5), () -> cluster.read() != null);
  }
}
