// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pools that lend their connections in manual mode: the logical connection follows them. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class AutoCommitModeIT {
  private final PostgresFixture servers;
  private RealCluster cluster;

  AutoCommitModeIT(PostgresFixture servers) {
    this.servers = servers;
  }

  @BeforeEach
  void open() throws SQLException {
    cluster = RealCluster.open(servers, options -> options.pool(pool -> pool.setAutoCommit(false)));
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private String rows() throws SQLException {
    return RealCluster.text(servers.primary(), "select count(*) from note");
  }

  @Test
  void rollback_afterAnInsert_leavesNoRow() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      RealCluster.write(connection, 1, 1);
      assertThat(rows()).as("before the end of the transaction").isEqualTo("0");
      connection.rollback();
      assertThat(connection.getAutoCommit()).isFalse();
    }
    assertThat(rows()).isEqualTo("0");
  }

  @Test
  void commit_afterAnInsert_keepsTheRow() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      RealCluster.write(connection, 1, 1);
      connection.commit();
      RealCluster.write(connection, 2, 2);
      connection.rollback();
    }
    assertThat(rows()).isEqualTo("1");
  }

  @Test
  void close_withoutCommit_leavesNoRow() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      RealCluster.write(connection, 1, 1);
    }
    assertThat(rows()).isEqualTo("0");
  }

  /** HikariCP does not know that a savepoint begins a transaction, and would lend it. */
  @Test
  void close_afterASavepoint_leavesNoTransactionToTheNextUser() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setSavepoint();
    }
    Await.until(
        "no session has an open transaction",
        RealCluster.QUICKLY,
        () ->
            RealCluster.text(
                    servers.primary(),
                    "select count(*) from pg_stat_activity where state ~ 'idle in transaction'")
                .equals("0"));
  }

  @Test
  void end_ofAConnectionThatWasNotUsed_isAccepted() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.commit();
      connection.rollback();
    }
    assertThat(cluster.pools.get("primary").getHikariPoolMXBean().getActiveConnections())
        .isLessThanOrEqualTo(1); // that of the probes
  }

  /** As dynamic-datasource, where every call switched it off. */
  @Test
  void setAutoCommit_beforeAndAfterBinding_isThatOfTheCaller() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(true);
      RealCluster.write(connection, 1, 1);
      assertThat(rows()).isEqualTo("1");
      connection.setAutoCommit(false);
      RealCluster.write(connection, 2, 2);
      assertThat(rows()).isEqualTo("1");
      connection.setAutoCommit(true); // commits
      assertThat(rows()).isEqualTo("2");
    }
    try (Connection connection = cluster.dataSource.getConnection()) {
      assertThat(connection.getAutoCommit()).as("the next user's").isFalse();
    }
  }

  @Test
  void read_onAStandby_isATransactionToo() throws SQLException {
    try (Connection connection = cluster.reader()) {
      String backend = RealCluster.text(connection, "select pg_backend_pid()");
      assertThat(RealCluster.node(connection)).isIn("r1", "r2");
      assertThat(RealCluster.text(connection, "select pg_backend_pid()")).isEqualTo(backend);
      assertThat(RealCluster.stateOf(() -> connection.setReadOnly(false))).isEqualTo("25001");
      connection.commit();
      connection.setReadOnly(false);
      RealCluster.write(connection, 1, 1);
      connection.commit();
    }
    assertThat(rows()).isEqualTo("1");
  }

  @Test
  void settings_madeBeforeBinding_beginNoTransaction() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setSchema("pg_catalog");
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      assertThat(RealCluster.text(connection, "show transaction_isolation"))
          .isEqualTo("serializable");
      connection.rollback();
      assertThat(connection.getSchema()).as("is not rolled back").isEqualTo("pg_catalog");
    }
  }

  @Test
  void build_poolsThatDisagree_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            ReadWriteDataSource.builder("mixed")
                .primary(cluster.pools.get("primary"))
                .replica("r1", automatic())
                .build())
        .withMessageContaining("autoCommit=true")
        .withMessageContaining("r1");
  }

  private HikariDataSource automatic() {
    HikariDataSource pool = new HikariDataSource(); // never connects
    pool.setJdbcUrl(servers.standby(0).jdbcUrl());
    return pool;
  }

  @Test
  void bind_sourcesThatDisagreeAndDoNotTell_isRefusedAtTheFirstUse() throws SQLException {
    try (ReadWriteDataSource mixed =
            ReadWriteDataSource.builder("mixed")
                .primary(cluster.pools.get("primary"))
                .replica("r1", servers.standby(0).dataSource())
                .build();
        Connection connection = mixed.getConnection()) {
      connection.setReadOnly(true);
      assertThat(RealCluster.text(connection, "select pg_is_in_recovery()"))
          .as("a replica that disagrees is not read")
          .isEqualTo("f");
    }
    try (ReadWriteDataSource mixed =
            ReadWriteDataSource.builder("mixed")
                .primary(servers.primary().dataSource())
                .replica("r1", cluster.pools.get("r1"))
                .build();
        Connection connection = mixed.getConnection()) {
      assertThatThrownBy(() -> RealCluster.text(connection, "select 1"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("the pool of node primary has autoCommit=true");
    }
  }
}
