// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Histories of promotions. Whoever promoted decides; each test leaves the servers mended. */
@Timeout(90)
@ExtendWith(SharedServers.class)
class FailoverHistoryIT {
  private final PostgresFixture servers;
  private final PostgresServer primary;
  private final PostgresServer first;
  private final PostgresServer second;
  private PostgresServer leader;

  FailoverHistoryIT(PostgresFixture servers) {
    this.servers = servers;
    this.primary = servers.primary();
    this.first = servers.standby(0);
    this.second = servers.standby(1);
    this.leader = primary;
  }

  @AfterEach
  void mend() {
    SharedServers.restore(servers, leader);
  }

  private RealCluster openWithCandidates() throws SQLException {
    return RealCluster.open(
        servers, options -> options.candidates().pool(pool -> pool.setConnectionTimeout(1_000)));
  }

  private void replayEverything() throws SQLException {
    RealCluster.awaitReplay(primary, first);
    RealCluster.awaitReplay(primary, second);
  }

  private void failOver() throws SQLException {
    replayEverything();
    primary.kill();
    first.promote();
    leader = first;
  }

  /** An old primary that was rebuilt serves reads again. */
  @Test
  void promotedCandidate_takesWritesAndItsStandbysSatisfyOldTokens() throws SQLException {
    try (RealCluster cluster = openWithCandidates()) {
      String token;
      try (ConsistencyScope scope = cluster.dataSource.openScope()) {
        cluster.write(1, 1);
        token = scope.captureToken();
      }
      failOver();
      cluster.awaitWritesOn("r1");
      second.follow(first);
      cluster.awaitReason(Reason.REPLICA);
      try (ConsistencyScope scope = cluster.dataSource.openScope(token)) {
        Await.until(
            "a standby of the new primary satisfies it",
            RealCluster.SOON,
            () -> cluster.dataSource.explain().reason() == Reason.REPLICA);
        assertThat(cluster.read()).isEqualTo("r2");
        assertThat(cluster.version(1)).isEqualTo(1);
        cluster.write(1, 2);
        assertThat(cluster.version(1)).isEqualTo(2);
      }
      primary.follow(first);
      cluster.awaitAllReplicas();
      Await.until(
          "the old primary serves reads", RealCluster.SOON, () -> cluster.read().equals("primary"));
      assertThat(cluster.write(1, 3)).isEqualTo("r1");
    }
  }

  /** The old primary lives: no connection ends by itself. */
  @Test
  void demotedPrimary_itsPoolIsEmptied_connectionsInUseLastUntilTheyAreClosed()
      throws SQLException {
    try (RealCluster cluster = openWithCandidates()) {
      HikariDataSource pool = cluster.pools.get("primary");
      cluster.write(1, 1);
      replayEverything();
      Connection used = pool.getConnection();
      Connection idle = pool.getConnection();
      String pidOfUsed = RealCluster.text(used, "select pg_backend_pid()");
      String pidOfIdle = RealCluster.text(idle, "select pg_backend_pid()");
      idle.close();
      first.promote();
      leader = first;
      cluster.awaitWritesOn("r1");

      Await.until(
          "the idle connection is closed", RealCluster.SOON, () -> !hasBackend(primary, pidOfIdle));
      assertThat(RealCluster.text(used, "select pg_backend_pid()")).isEqualTo(pidOfUsed);
      used.close();
      Await.until(
          "the used connection is closed", RealCluster.SOON, () -> !hasBackend(primary, pidOfUsed));
      try (Connection later = pool.getConnection()) {
        assertThat(RealCluster.text(later, "select pg_backend_pid()"))
            .isNotIn(pidOfUsed, pidOfIdle);
      }
    }
  }

  private static boolean hasBackend(PostgresServer server, String pid) throws SQLException {
    return RealCluster.text(server, "select 1 from pg_stat_activity where pid = " + pid) != null;
  }

  /** Identical history and position, different rows. As Patroni #2787. */
  @Test
  void bothStandbysPromoted_writesAreRefusedUntilTheOperatorDecides() throws SQLException {
    try (RealCluster cluster = openWithCandidates()) {
      cluster.write(1, 1);
      failOver();
      second.promote();
      Await.until(
          "the split brain is seen",
          RealCluster.SOON,
          () -> RealCluster.stateOf(() -> cluster.write(1, 2)).equals("08004"));
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> cluster.write(1, 2))
          .withMessageContaining("[r1, r2]")
          .withMessageContaining("split brain");
      assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.REFUSED);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> cluster.dataSource.overridePrimary("r3"));
      assertThatIllegalStateException()
          .isThrownBy(() -> cluster.dataSource.overridePrimary("primary"));

      cluster.dataSource.overridePrimary("r1");
      assertThat(cluster.write(1, 3)).isEqualTo("r1");
      assertThatIllegalStateException().isThrownBy(() -> cluster.dataSource.overridePrimary("r2"));
      second.follow(first);
      cluster.awaitReason(Reason.REPLICA);
      assertThat(cluster.read()).isEqualTo("r2");
      assertThat(cluster.write(1, 4)).isEqualTo("r1");
    }
  }

  /** Somebody promotes a replica to make a copy. */
  @Test
  void promotedCopyThatIsNoCandidate_takesNoWritesAndStopsNothing() throws SQLException {
    try (RealCluster cluster = RealCluster.open(servers);
        Connection reader = readerOn("r2", cluster)) {
      replayEverything();
      second.promote();
      Await.until(
          "the copy is not read",
          RealCluster.SOON,
          () ->
              Eligibility.NOT_A_STANDBY.why.equals(
                  cluster.dataSource.explain().rejected().get("r2")));
      for (int i = 0; i < 50; i++) {
        assertThat(cluster.write(1, i)).isEqualTo("primary");
        assertThat(cluster.read()).isEqualTo("r1");
      }
      assertThat(RealCluster.stateOf(() -> RealCluster.write(reader, 1, 1)))
          .as("a connection for reading that was bound before")
          .isEqualTo("25006");
      assertThat(RealCluster.text(second, "select count(*) from note")).isEqualTo("0");
    }
  }

  private static Connection readerOn(String node, RealCluster cluster) throws SQLException {
    while (true) {
      Connection reader = cluster.reader();
      RealCluster.text(reader, "select 1");
      if (RealCluster.node(reader).equals(node)) {
        return reader;
      }
      reader.close();
    }
  }

  /** An endpoint and the node behind it. */
  @Test
  void oneServerUnderTwoNames_isNoSplitBrain() throws SQLException {
    RecordingTelemetry telemetry = new RecordingTelemetry();
    RealCluster.createTable(primary);
    try (RealCluster cluster =
        RealCluster.openUnready(
            servers,
            options ->
                options
                    .candidates()
                    .builder(
                        b -> b.telemetry(telemetry).candidate("endpoint", primary.dataSource())))) {
      Await.until(
          "the endpoint is recognised",
          RealCluster.SOON,
          () ->
              Eligibility.NOT_A_STANDBY.why.equals(
                  cluster.dataSource.explain().rejected().get("endpoint")));
      assertThat(cluster.write(1, 1)).isEqualTo("primary");
      assertThat(telemetry.events())
          .noneMatch(event -> event.startsWith("tenfold.sharding.primary.refused"));
      primary.restart(); // the names tell of the new start one after the other
      cluster.awaitWritesOn("primary");
    }
  }

  /**
   * The connection of an open transaction is still open, but must not commit. HikariCP does not
   * look at a connection that was used 500 ms ago.
   */
  @Test
  void boundTransaction_afterTheSwitch_isRefusedAndCommitsNothing() throws SQLException {
    try (RealCluster cluster = openWithCandidates();
        Connection idle = cluster.dataSource.getConnection();
        Connection automatic = cluster.dataSource.getConnection();
        Connection open = cluster.dataSource.getConnection()) {
      replayEverything();
      RealCluster.write(automatic, 2, 1);
      open.setAutoCommit(false);
      RealCluster.write(open, 1, 1);
      idle.setAutoCommit(false);
      RealCluster.write(idle, 3, 1);
      first.promote(); // the old primary lives
      leader = first;
      cluster.awaitWritesOn("r1");
      assertThat(RealCluster.stateOf(() -> RealCluster.write(automatic, 2, 2))).isEqualTo("08006");
      assertThat(RealCluster.stateOf(() -> RealCluster.write(open, 1, 2))).isEqualTo("08006");
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(open::commit)
          .withMessageContaining("node primary is not the primary any more (node r1 is)")
          .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("08006"));
      assertThat(RealCluster.stateOf(() -> idle.setAutoCommit(true))).isEqualTo("08006");
      open.rollback();
      idle.close();
      assertThat(RealCluster.text(primary, "select count(*) from note where id in (1, 3)"))
          .isEqualTo("0");
    }
  }

  /** A process that has not seen the promotion gets a token of the new timeline. */
  @Test
  void tokenOfANewerTimeline_whereOnlyTheOldPrimaryIsSeen_isRefused() throws SQLException {
    try (RealCluster promoted = openWithCandidates();
        ReadWriteDataSource other =
            ReadWriteDataSource.builder("other")
                .primary(promoted.pools.get("primary"))
                .replica("r2", promoted.pools.get("r2"))
                .build()) {
      replayEverything();
      first.promote(); // the old primary lives
      leader = first;
      promoted.awaitWritesOn("r1");
      String token;
      try (ConsistencyScope scope = promoted.dataSource.openScope()) {
        promoted.write(1, 1);
        token = scope.captureToken();
      }
      try (ConsistencyScope scope = other.openScope(token);
          Connection reader = other.getConnection();
          Connection writer = other.getConnection()) {
        reader.setReadOnly(true);
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> RealCluster.text(reader, "select 1"))
            .withMessageContaining("another server was promoted")
            .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("08004"));
        assertThat(RealCluster.stateOf(() -> RealCluster.write(writer, 1, 1))).isEqualTo("08004");
      }
    }
  }

  /** A write that the failover lost is lost; the scope goes on. */
  @Test
  void writeThatTheFailoverLost_scopeReadsWhatTheNewPrimaryHas() throws SQLException {
    try (RealCluster cluster = openWithCandidates();
        ConsistencyScope scope = cluster.dataSource.openScope()) {
      replayEverything();
      first.stopReceiving();
      second.stopReceiving();
      cluster.write(1, 1);
      String token = scope.captureToken();
      primary.kill();
      first.promote();
      leader = first;
      cluster.awaitWritesOn("r1");
      second.follow(first);
      cluster.awaitReason(Reason.REPLICA);
      assertThat(cluster.version(1)).isEqualTo(-1);
      try (ConsistencyScope other = cluster.dataSource.openScope(token)) {
        assertThat(cluster.version(1)).isEqualTo(-1);
        cluster.write(2, 2);
        assertThat(cluster.version(2)).isEqualTo(2);
      }
    }
  }

  /** A primary that hangs, is replaced, and wakes up. */
  @Test
  void stoppedPrimary_replacedAndResumed_getsNoWrites() throws SQLException {
    try (RealCluster cluster = openWithCandidates();
        Connection bound = cluster.dataSource.getConnection()) {
      RealCluster.write(bound, 1, 1);
      replayEverything();
      primary.pause();
      try {
        first.promote();
        leader = first;
        cluster.awaitWritesOn("r1");
      } finally {
        primary.resume();
      }
      for (int i = 0; i < 50; i++) {
        assertThat(cluster.write(2, i)).isEqualTo("r1");
      }
      assertThat(RealCluster.stateOf(() -> RealCluster.write(bound, 1, 2))).isEqualTo("08006");
      assertThat(RealCluster.text(primary, "select version from note where id = 1")).isEqualTo("1");
      Await.until(
          "the old primary is not read",
          RealCluster.SOON,
          () ->
              Eligibility.NOT_A_STANDBY.why.equals(
                  cluster.dataSource.explain().rejected().get("primary")));
    }
  }

  /** An old primary that comes back as it was: a primary of a lower timeline. */
  @Test
  void oldPrimaryRestarted_asAPrimary_getsNeitherWritesNorReads() throws SQLException {
    try (RealCluster cluster = openWithCandidates()) {
      failOver();
      cluster.awaitWritesOn("r1");
      primary.restart();
      Await.until(
          "the old primary is seen and not read",
          RealCluster.SOON,
          () ->
              Eligibility.NOT_A_STANDBY.why.equals(
                  cluster.dataSource.explain().rejected().get("primary")));
      assertThat(cluster.write(1, 1)).isEqualTo("r1");
      assertThat(RealCluster.text(primary, "select count(*) from note where id = 1"))
          .isEqualTo("0");
    }
  }

  /** A process that begins after the failover, with the same configuration. */
  @Test
  void process_startedAfterTheFailover_findsTheNewPrimary() throws SQLException {
    RealCluster.createTable(primary);
    failOver();
    second.follow(first);
    try (RealCluster cluster =
        RealCluster.openUnready(
            servers,
            options -> options.candidates().pool(pool -> pool.setConnectionTimeout(1_000)))) {
      cluster.awaitWritesOn("r1");
      cluster.awaitReason(Reason.REPLICA);
      assertThat(cluster.read()).isEqualTo("r2");
    }
  }

  /** Without candidates nobody takes over, whatever is promoted. */
  @Test
  void promotedReplica_thatIsNoCandidate_takesNoWritesOfALostPrimary() throws SQLException {
    try (RealCluster cluster =
        RealCluster.open(
            servers, options -> options.pool(pool -> pool.setConnectionTimeout(500)))) {
      failOver();
      cluster.awaitReason(Reason.PRIMARY_LOST);
      assertThat(RealCluster.stateOf(() -> cluster.write(1, 1))).startsWith("08");
      Await.until("reads are on the standby", RealCluster.SOON, () -> cluster.read().equals("r2"));
      assertThat(RealCluster.text(first, "select count(*) from note")).isEqualTo("0");
    }
  }
}
