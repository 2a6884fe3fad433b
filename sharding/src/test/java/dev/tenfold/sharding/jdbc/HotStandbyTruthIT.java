// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a read-only connection on a standby answers to what is no read. No SQL is parsed: the server
 * itself refuses writes, mostly with 25006, and some statements pass that mean something else there
 * than on the primary.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedServers.class)
class HotStandbyTruthIT {
  private final PostgresFixture servers;
  private RealCluster cluster;

  HotStandbyTruthIT(PostgresFixture servers) {
    this.servers = servers;
  }

  @BeforeAll
  void open() throws SQLException {
    RealCluster.run(
        servers.primary(),
        "create sequence number",
        "create table fixed (id int primary key)",
        "insert into fixed values (1)",
        "create materialized view kept as select 1 as one",
        "create function put_fixed() returns int language sql"
            + " as 'insert into fixed values (99) returning id'");
    cluster = RealCluster.open(servers);
  }

  @AfterAll
  void close() throws SQLException {
    cluster.close();
    RealCluster.run(
        servers.primary(),
        "drop function put_fixed",
        "drop materialized view kept",
        "drop table fixed",
        "drop sequence number");
  }

  private Connection readerOnAStandby() throws SQLException {
    Connection connection = cluster.reader();
    assertThat(RealCluster.text(connection, "select pg_is_in_recovery()")).isEqualTo("t");
    return connection;
  }

  /**
   * Statements that routers which parse SQL have sent to a replica: ShardingSphere #1496, #3297,
   * #7200 and #11746 (locking reads), pgcat #489 (sequences), #829 (writing WITH), #887 (SELECT
   * INTO), #485 (functions that write). Here a replica gets them only if the caller declared a
   * read, and the server refuses.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select nextval('number')",
        "select setval('number', 7)",
        "select put_fixed()",
        "select * from fixed for update",
        "select * from fixed for no key update",
        "select * from fixed for share",
        "select * from fixed for key share",
        "select * from fixed for update skip locked; ",
        "with gone as (delete from fixed returning id) select * from gone",
        "select * into copied from fixed",
        "create table copied (id int)",
        "create temp table copied (id int)",
        "insert into fixed values (2)",
        "/* read */ update fixed set id = 3",
        "delete from fixed",
        "merge into fixed using fixed as f on false when not matched then insert values (5)",
        "explain analyze insert into fixed values (2)",
        "select txid_current()",
        "select pg_current_xact_id()",
        "listen news",
        "notify news",
        "select pg_notify('news', 'x')",
        "vacuum",
        "analyze",
        "refresh materialized view kept",
        "truncate fixed",
        "lock table fixed in share row exclusive mode",
        "lock table fixed in exclusive mode",
      })
  void write_onAStandby_isRefusedByTheServer(String sql) throws SQLException {
    try (Connection connection = readerOnAStandby()) {
      connection.setAutoCommit(sql.contains("vacuum"));
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, sql))).isEqualTo("25006");
    }
    assertThat(RealCluster.text(servers.primary(), "select count(*) from fixed")).isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0A000 | begin isolation level serializable",
        "0A000 | begin; set transaction read write",
        "55000 | select lastval()",
        "55000 | select pg_current_wal_lsn()",
        "55000 | select pg_create_restore_point('x')",
        "0A000 | set transaction isolation level serializable",
      })
  void question_aStandbyCannotAnswer_isRefusedByTheServer(String state, String sql)
      throws SQLException {
    try (Connection connection = readerOnAStandby()) {
      connection.setAutoCommit(!sql.startsWith("set"));
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, sql))).isEqualTo(state);
      RealCluster.stateOf(() -> RealCluster.run(connection, "rollback"));
    }
  }

  /** No error tells of these; only the declared intent does. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select pg_advisory_lock(1), pg_advisory_unlock(1)",
        "lock table fixed in row exclusive mode",
        "set work_mem = '5MB'",
        "select set_config('work_mem', '5MB', true)",
        "select pg_export_snapshot()",
        "prepare question as select 1",
        "declare answers cursor for select 1",
      })
  void statement_thatMeansSomethingElseOnAStandby_passes(String sql) throws SQLException {
    try (Connection connection = readerOnAStandby()) {
      connection.setAutoCommit(false);
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, sql))).isEqualTo("00000");
    }
  }

  /**
   * What a session holds stays with the physical connection of the declared intent. As db-replica
   * 2.5.4 and 2.9.2, where such questions changed the server.
   */
  @Test
  void sessionState_ofAWriter_staysOnThePrimary() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      RealCluster.run(
          connection,
          "create temp table mine (id int)",
          "select pg_advisory_lock(7)",
          "listen news",
          "set work_mem = '5MB'");
      assertThat(RealCluster.text(connection, "select count(*) from mine")).isEqualTo("0");
      assertThat(RealCluster.text(connection, "select pg_advisory_unlock(7)")).isEqualTo("t");
      assertThat(RealCluster.text(connection, "show work_mem")).isEqualTo("5MB");
      RealCluster.run(connection, "drop table mine", "unlisten *", "reset work_mem");
    }
  }

  /** The same refusal on the primary, where nothing but the intent makes the difference. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select nextval('number')",
        "select put_fixed()",
        "select * from fixed for update",
        "with gone as (delete from fixed returning id) select * from gone",
        "insert into fixed values (2)",
        "truncate fixed",
      })
  void write_onAReadOnlyConnectionOfThePrimary_isRefusedAlike(String sql) throws SQLException {
    try (Ambient.Scope scope = ReadIntent.PRIMARY.open();
        Connection connection = cluster.reader()) {
      assertThat(RealCluster.text(connection, "select pg_is_in_recovery()")).isEqualTo("f");
      assertThat(RealCluster.stateOf(() -> RealCluster.run(connection, sql))).isEqualTo("25006");
    }
  }

  /**
   * Nothing is parsed, so no locale changes the meaning of anything. As aws-advanced-jdbc-wrapper
   * PR #2056 (a comment hid the statement), and its upper case in the Turkish locale.
   */
  @Test
  void undeclaredConnection_withASelect_isServedByThePrimary() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      assertThat(RealCluster.text(connection, "SELECT pg_is_in_recovery()")).isEqualTo("f");
      assertThat(RealCluster.text(connection, "-- read\nselect nextval('number')")).isNotNull();
    }
  }
}
