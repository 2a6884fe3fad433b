// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.testkit.PostgresFixture;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Read-only means it on every node, and leaves no trace on the physical connection. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class ReadOnlyConnectionIT {
  private static final String READ_ONLY = "25006";
  private static final String INSERT = "insert into note values (1)";

  private final PostgresFixture servers;
  private RealCluster cluster;

  ReadOnlyConnectionIT(PostgresFixture servers) {
    this.servers = servers;
  }

  @BeforeEach
  void open() throws SQLException {
    // One physical connection of the primary for users: each test meets the traces of the others.
    cluster =
        RealCluster.open(servers, options -> options.pool(pool -> pool.setMaximumPoolSize(2)));
  }

  @AfterEach
  void everyPhysicalConnection_afterEachTest_canWrite() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      RealCluster.write(connection, 100, 1);
      connection.setAutoCommit(false);
      RealCluster.write(connection, 101, 1);
      connection.commit();
      assertThat(RealCluster.text(connection, "show default_transaction_read_only"))
          .isEqualTo("off");
      connection.rollback();
    } finally {
      cluster.close();
    }
  }

  private long rows() throws SQLException {
    return Long.parseLong(RealCluster.text(servers.primary(), "select count(*) from note"));
  }

  /** A read-only connection that the primary serves. */
  private Connection readerOfThePrimary() throws SQLException {
    try (Ambient.Scope scope = ReadIntent.PRIMARY.open()) {
      Connection connection = cluster.reader();
      connection.isValid(1); // binds
      assertThat(RealCluster.reason(connection)).isEqualTo(Reason.PRIMARY_INTENT);
      return connection;
    }
  }

  @Test
  void write_inAutoCommit_isRefused() throws SQLException {
    try (Connection connection = readerOfThePrimary()) {
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
          .isEqualTo(READ_ONLY);
      try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
        assertThat(RealCluster.stateOf(insert::executeUpdate)).isEqualTo(READ_ONLY);
      }
      assertThat(RealCluster.text(connection, "select count(*) from note")).isEqualTo("0");
    }
    assertThat(rows()).isZero();
  }

  @Test
  void write_inATransaction_isRefused() throws SQLException {
    try (Connection connection = readerOfThePrimary()) {
      connection.setAutoCommit(false);
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
          .isEqualTo(READ_ONLY);
      connection.rollback();
    }
  }

  @Test
  void write_inABatch_isRefused() throws SQLException {
    try (Connection connection = readerOfThePrimary();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.addBatch();
      assertThat(RealCluster.stateOf(insert::executeBatch)).isEqualTo(READ_ONLY);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void write_throughTheDriversCopy_isRefused(boolean autoCommit) throws SQLException {
    try (Connection connection = readerOfThePrimary()) {
      connection.setAutoCommit(autoCommit);
      PGConnection driver = connection.unwrap(PGConnection.class);
      var row = new ByteArrayInputStream("1\t1\n".getBytes(StandardCharsets.UTF_8));
      assertThat(RealCluster.stateOf(() -> driver.getCopyAPI().copyIn("copy note from stdin", row)))
          .isEqualTo(READ_ONLY);
    }
    assertThat(rows()).isZero();
  }

  @Test
  void toggles_ofAutoCommit_keepTheRefusal() throws SQLException {
    try (Connection connection = readerOfThePrimary()) {
      for (boolean autoCommit : new boolean[] {true, false, true, true, false, false, true}) {
        connection.setAutoCommit(autoCommit);
        assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
            .as("autoCommit %s", autoCommit)
            .isEqualTo(READ_ONLY);
        if (!autoCommit) {
          connection.rollback();
        }
      }
    }
  }

  /** The connection was used in auto-commit mode, and must not stay read-only afterwards. */
  @Test
  void setReadOnlyFalse_inManualMode_writesAgain() throws SQLException {
    try (Connection connection = readerOfThePrimary()) {
      RealCluster.text(connection, "select 1");
      connection.setAutoCommit(false);
      RealCluster.text(connection, "select 1");
      connection.commit();
      connection.setReadOnly(false);
      RealCluster.write(connection, 1, 1);
      connection.rollback();
      RealCluster.write(connection, 2, 1);
      connection.commit();
      connection.setReadOnly(true);
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
          .isEqualTo(READ_ONLY);
      connection.rollback();
      connection.setReadOnly(false);
      connection.setAutoCommit(true);
      RealCluster.write(connection, 3, 1);
    }
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void close_inATransactionThatFailed_goesBackClean() throws SQLException {
    try (Connection connection = readerOfThePrimary()) {
      RealCluster.text(connection, "select 1"); // in auto-commit mode
      connection.setAutoCommit(false);
      assertThat(RealCluster.stateOf(() -> RealCluster.text(connection, "select nonsense")))
          .isEqualTo("42703");
    } // everyPhysicalConnection_afterEachTest_canWrite
  }

  /** HikariCP does not know that a savepoint begins a transaction, and fails to reset it. */
  @Test
  void close_afterASavepoint_goesBackClean() throws SQLException {
    try (Connection connection = readerOfThePrimary()) {
      connection.setAutoCommit(false);
      connection.setSavepoint();
    }
  }

  @Test
  void close_withAnOpenResult_goesBackClean() throws SQLException {
    Connection connection = readerOfThePrimary();
    connection.createStatement().executeQuery("select generate_series(1, 1000)").next();
    connection.close();
  }

  @Test
  void setReadOnly_onAWriterWithAnOpenStatement_refusesWritesFromThenOn() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection();
        PreparedStatement insert = connection.prepareStatement("insert into note values (?)")) {
      insert.setInt(1, 1);
      insert.executeUpdate();
      connection.setReadOnly(true);
      insert.setInt(1, 2);
      assertThat(RealCluster.stateOf(insert::executeUpdate)).isEqualTo(READ_ONLY);
      assertThat(RealCluster.node(connection)).isEqualTo("primary");
      connection.setReadOnly(false);
      insert.executeUpdate();
    }
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void write_onTheFallbackOfAReplicaIntent_isRefused() throws SQLException {
    try (RealCluster alone =
            RealCluster.openUnready(
                servers, options -> options.builder(b -> b.executor(never -> {})));
        Ambient.Scope scope = ReadIntent.REPLICA.open();
        Connection connection = alone.dataSource.getConnection()) {
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
          .isEqualTo(READ_ONLY);
      assertThat(RealCluster.node(connection)).isEqualTo("primary");
    }
    assertThat(rows()).isZero();
  }

  @Test
  void readOnlyView_onAStandbyAndOnThePrimary_onlyReads() throws SQLException {
    try (Connection connection = cluster.dataSource.readOnly().getConnection()) {
      assertThat(connection.isReadOnly()).isTrue();
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
          .isEqualTo(READ_ONLY);
      assertThat(RealCluster.node(connection)).isIn("r1", "r2");
      assertThat(RealCluster.stateOf(() -> connection.setReadOnly(false))).isEqualTo(READ_ONLY);
    }
    try (Ambient.Scope scope = ReadIntent.PRIMARY.open();
        Connection connection = cluster.dataSource.readOnly().getConnection()) {
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
          .isEqualTo(READ_ONLY);
      assertThat(RealCluster.node(connection)).isEqualTo("primary");
    }
  }

  // SERIALIZABLE: a standby refuses it with 0A000.

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void serializable_beforeBinding_isServedByThePrimary(boolean autoCommit) throws SQLException {
    try (Connection connection = cluster.reader()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setAutoCommit(autoCommit);
      assertThat(RealCluster.text(connection, "show transaction_isolation"))
          .isEqualTo("serializable");
      assertThat(RealCluster.reason(connection)).isEqualTo(Reason.SERIALIZABLE);
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, INSERT)))
          .isEqualTo(READ_ONLY);
    }
  }

  @Test
  void serializable_afterBinding_leavesTheStandby() throws SQLException {
    try (Connection connection = cluster.reader()) {
      RealCluster.text(connection, "select 1");
      assertThat(RealCluster.node(connection)).isIn("r1", "r2");
    }
    try (Connection connection = cluster.reader()) {
      RealCluster.text(connection, "select 1");
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      assertThat(RealCluster.text(connection, "show transaction_isolation"))
          .isEqualTo("serializable");
      assertThat(RealCluster.node(connection)).isEqualTo("primary");
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      assertThat(RealCluster.text(connection, "show transaction_isolation"))
          .isEqualTo("read committed");
    }
  }

  @Test
  void serializable_inATransactionOfAStandby_isRefusedAsTheDriverDoes() throws SQLException {
    try (Connection connection = cluster.reader()) {
      connection.setAutoCommit(false);
      RealCluster.text(connection, "select 1");
      assertThat(
              RealCluster.stateOf(
                  () -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE)))
          .isEqualTo("25001");
      assertThat(RealCluster.text(connection, "select 1")).isEqualTo("1");
    }
  }
}
