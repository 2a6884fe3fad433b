// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.sharding.contract.LagProbeContract;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PostgresLagProbeIT extends LagProbeContract {
  private static final LagProbe PROBE = new PostgresLagProbe();
  private static final ProbedServers SERVERS = new ProbedServers();

  @AfterAll
  static void stop() {
    SERVERS.close();
  }

  @Override
  protected LagProbe probe() {
    return PROBE;
  }

  @Override
  protected DataSource primary() {
    return SERVERS.primary();
  }

  @Override
  protected DataSource replica() {
    return SERVERS.replica();
  }

  @Override
  protected DataSource promoted() {
    return SERVERS.promoted();
  }

  @Override
  protected DataSource stranger() {
    return SERVERS.stranger();
  }

  @Override
  protected void write() throws SQLException {
    SERVERS.write();
  }

  @Override
  protected void pauseReplay() {
    SERVERS.pauseReplay();
  }

  @Override
  protected void resumeReplay() {
    SERVERS.resumeReplay();
  }

  @Override
  protected void awaitReceived() {
    SERVERS.awaitReceived();
  }

  @Override
  protected void await(String what, Callable<Boolean> condition) {
    Await.until(what, Duration.ofSeconds(20), condition);
  }

  private static void awaitReplica(Callable<Boolean> condition) {
    Await.until("the replica got there", Duration.ofSeconds(20), condition);
  }

  /** The insert position is behind a header that nobody replays. */
  @Test
  void primaryPosition_afterASegmentSwitch_isReachedThoughNothingFollows() throws SQLException {
    SERVERS.run(primary(), "select pg_switch_wal()");
    LagProbe.Position switched = primaryPosition();
    awaitReplica(() -> replicaPosition().reaches(switched));
  }

  /** pg_current_wal_lsn() is behind such a commit. */
  @Test
  void primaryPosition_asynchronousCommit_coversIt() throws SQLException {
    for (int i = 0; i < 20; i++) {
      try (Connection connection = primary().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("set synchronous_commit = off");
        statement.execute("insert into t default values");
        try (ResultSet lsn =
            statement.executeQuery("select (pg_current_wal_insert_lsn() - '0/0')::bigint")) {
          lsn.next();
          assertThat(primaryPosition().offset()).isGreaterThanOrEqualTo(lsn.getLong(1) - 40);
        }
      }
    }
  }

  /** As distribute_reads: a standby that has replayed all it received is called fresh. */
  @Test
  void replicaPosition_cutOff_doesNotReachALaterWrite() throws SQLException {
    write();
    LagProbe.Position before = primaryPosition();
    awaitReplica(() -> replicaPosition().reaches(before));
    String upstream = text(replica(), "select quote_literal(current_setting('primary_conninfo'))");
    SERVERS.run(replica(), "alter system set primary_conninfo = ''", "select pg_reload_conf()");
    try {
      awaitReplica(() -> count(replica(), "select count(*) from pg_stat_wal_receiver") == 0);
      write();
      LagProbe.Position written = primaryPosition();
      assertThat(
              count(
                  replica(),
                  "select count(*) from t where pg_last_wal_receive_lsn()"
                      + " = pg_last_wal_replay_lsn()"))
          .isPositive();
      assertThat(replicaPosition().reaches(written)).isFalse();
      assertThat(replicaPosition().reaches(before)).isTrue();
    } finally {
      SERVERS.run(
          replica(), "alter system set primary_conninfo = " + upstream, "select pg_reload_conf()");
    }
  }

  @Test
  void reading_asAUserWithoutPrivileges_needsTheRightToSeeTheReceiver() throws SQLException {
    SERVERS.run(primary(), "create role prober");
    awaitReplica(() -> replicaPosition().reaches(primaryPosition()));
    LagProbe.Position asOwner = primaryPosition();
    assertThat(readAs("prober", primary()).reaches(asOwner)).isTrue();
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> readAs("prober", replica()))
        .withMessageContaining("pg_read_all_stats");

    SERVERS.run(primary(), "grant pg_read_all_stats to prober");
    LagProbe.Position granted = primaryPosition();
    awaitReplica(() -> replicaPosition().reaches(granted));
    assertThat(readAs("prober", replica()).isOfHistory(asOwner)).isTrue();
  }

  private static LagProbe.Position readAs(String role, DataSource server) throws SQLException {
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set role " + role);
      return PROBE.read(statement).position();
    }
  }

  /** Positions can go back, and pg_control_checkpoint() still tells the old timeline. */
  @Test
  void positions_afterAFailover_areOfAnotherHistory() throws SQLException {
    try (PostgresFixture forked = PostgresFixture.start(2)) {
      DataSource promoted = forked.standby(0).dataSource();
      SERVERS.run(promoted, "select pg_promote()");
      try (Connection connection = promoted.getConnection();
          Statement statement = connection.createStatement();
          Connection other = forked.standby(1).dataSource().getConnection();
          Statement otherStatement = other.createStatement()) {
        assertThat(PROBE.read(statement).standby()).isFalse();
        assertThat(PROBE.read(statement).position().timeline()).isEqualTo(2);
        assertThat(PROBE.read(otherStatement).standby()).isTrue();
        assertThat(PROBE.read(otherStatement).position().timeline()).isEqualTo(1);
      }
    }
  }

  private static long count(DataSource dataSource, String sql) throws SQLException {
    return Long.parseLong(text(dataSource, sql));
  }

  private static String text(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
