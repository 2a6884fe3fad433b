// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.TimeSource;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/** Histories in which designs for reading one's own writes went back in time, on one primary. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class ScopeHistoryIT {
  private final PostgresFixture servers;
  private final PostgresServer primary;
  private final PostgresServer first;
  private final PostgresServer second;
  private RealCluster cluster;

  ScopeHistoryIT(PostgresFixture servers) {
    this.servers = servers;
    this.primary = servers.primary();
    this.first = servers.standby(0);
    this.second = servers.standby(1);
  }

  @BeforeEach
  void open() throws SQLException {
    cluster = RealCluster.open(servers);
  }

  @AfterEach
  void close() {
    first.resumeReplay();
    second.resumeReplay();
    cluster.close();
  }

  private void pauseBoth() throws SQLException {
    RealCluster.awaitReplay(primary, first);
    RealCluster.awaitReplay(primary, second);
    first.pauseReplay();
    second.pauseReplay();
  }

  private void awaitReadOnAReplica() {
    Await.until(
        "a replica serves the scope", RealCluster.SOON, () -> !cluster.read().equals("primary"));
  }

  /** Reads on the primary must not keep the scope there until the next scheduled round. */
  @Test
  void liveness_readsAfterAWrite_goBackToReplicasWithoutAScheduledRound() throws SQLException {
    try (RealCluster slow =
            RealCluster.open(
                servers,
                options ->
                    options.builder(b ->
                        b.maxStaleness(Duration.ofMinutes(10))
                            .probeInterval(Duration.ofMinutes(5))));
        ConsistencyScope scope = slow.dataSource.openScope()) {
      for (int version = 1; version <= 5; version++) {
        assertThat(slow.write(1, version)).isEqualTo("primary");
        int wanted = version;
        Await.until(
            "a replica serves the scope",
            RealCluster.SOON,
            () -> {
              try (Connection connection = slow.reader()) {
                assertThat(RealCluster.version(connection, 1)).isEqualTo(wanted);
                return !RealCluster.node(connection).equals("primary");
              }
            });
      }
    }
  }

  /** Crash recovery inside one postmaster goes back in time; its start time does not change. */
  @Test
  void crashOfAStandbysBackend_scopeDoesNotGoBackInTime() throws SQLException {
    cluster.write(1, 1);
    RealCluster.run(primary, "checkpoint");
    RealCluster.awaitReplay(primary, first);
    RealCluster.awaitReplay(primary, second);
    RealCluster.run(first, "checkpoint"); // where crash recovery begins
    second.pauseReplay();
    cluster.write(1, 2);
    RealCluster.awaitReplay(primary, first);
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      Await.until(
          "the scope is on r1",
          RealCluster.SOON,
          () -> cluster.read().equals("r1") && cluster.version(1) == 2);
      first.set("recovery_min_apply_delay", "1min");
      try (Connection victim = first.dataSource().getConnection()) {
        first.killBackend(Integer.parseInt(RealCluster.text(victim, "select pg_backend_pid()")));
      }
      assertThat(RealCluster.text(first, "select version from note where id = 1"))
          .as("the server itself goes back")
          .isEqualTo("1");
      Await.until(
          "a read without a scope goes back in time",
          RealCluster.SOON,
          () -> CompletableFuture.supplyAsync(this::goesBackOnTheFirst).get());
      for (int i = 0; i < 200; i++) {
        assertThat(versionOrConnectionLost(1)).isEqualTo(2);
      }
      first.reset("recovery_min_apply_delay");
      Await.until("r1 serves the scope again", RealCluster.SOON, () -> cluster.read().equals("r1"));
      assertThat(cluster.version(1)).isEqualTo(2);
    } finally {
      first.reset("recovery_min_apply_delay");
    }
  }

  /** Returns whether a read without a scope, on another thread, gets version 1 from r1. */
  private boolean goesBackOnTheFirst() {
    try (Connection connection = cluster.reader()) {
      return RealCluster.version(connection, 1) == 1 && RealCluster.node(connection).equals("r1");
    } catch (SQLException lost) {
      return false;
    }
  }

  /** A pool may lend a connection that the crash has ended; the read is repeated then. */
  private long versionOrConnectionLost(int id) throws SQLException {
    while (true) {
      try {
        return cluster.version(id);
      } catch (SQLException lost) {
        if (!lost.getSQLState().matches("08...|57P..")) {
          throw lost;
        }
      }
    }
  }

  /**
   * An asynchronous standby shows what the primary does not show yet. As Jepsen saw on Amazon RDS
   * for PostgreSQL 17.4.
   */
  @Test
  void synchronousStandbyDead_scopeKeepsWhatAnAsynchronousStandbyShowed() throws Exception {
    first.kill();
    primary.set("synchronous_standby_names", "standby0");
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> writePastThePools(1, 1));
      Await.until("r2 shows the row", RealCluster.SOON, () -> cluster.version(1) == 1);
      assertThat(commit.isDone()).as("the commit waits for the dead standby").isFalse();
      assertThat(RealCluster.text(primary, "select count(*) from note")).isEqualTo("0");
      for (int i = 0; i < 50; i++) {
        assertThat(cluster.version(1)).as("from the server that showed it").isEqualTo(1);
      }
      primary.reset("synchronous_standby_names");
      commit.get(20, TimeUnit.SECONDS);
      second.pauseReplay();
      scope.wrote(); // whatever comes now, the acknowledged row stays
      for (int i = 0; i < 50; i++) {
        assertThat(cluster.version(1)).isEqualTo(1);
      }
    } finally {
      primary.reset("synchronous_standby_names");
      first.restart();
    }
  }

  private void writePastThePools(int id, long version) {
    try (Connection connection = primary.dataSource().getConnection()) {
      RealCluster.write(connection, id, version);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** What the primary lost in a crash is lost; nobody is unusable for that. */
  @Test
  void crashOfThePrimarysBackend_asynchronousCommitsAreLost_scopeReadsWhatThePrimaryHas()
      throws SQLException {
    primary.set("wal_writer_delay", "10s");
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      try (Connection connection = cluster.dataSource.getConnection()) {
        RealCluster.run(connection, "set synchronous_commit = off");
        for (int id = 1; id <= 15; id++) {
          RealCluster.write(connection, id, 1);
        }
        RealCluster.run(connection, "reset synchronous_commit");
      }
      String token = scope.captureToken();
      try (Connection victim = primary.dataSource().getConnection()) {
        primary.killBackend(Integer.parseInt(RealCluster.text(victim, "select pg_backend_pid()")));
      }
      primary.reset("wal_writer_delay");
      Await.until("writes work again", RealCluster.SOON, () -> cluster.write(100, 7) != null);
      String kept = RealCluster.text(primary, "select count(*) from note");
      try (ConsistencyScope other = cluster.dataSource.openScope(token)) {
        awaitReadOnAReplica();
        assertThat(cluster.version(100)).isEqualTo(7);
        try (Connection connection = cluster.reader()) {
          assertThat(RealCluster.text(connection, "select count(*) from note")).isEqualTo(kept);
        }
      }
    } finally {
      primary.reset("wal_writer_delay");
    }
  }

  /** An open transaction keeps the end of the log in memory; no standby can reach it. */
  @Test
  void idleTransactionOnAQuietPrimary_standbysStayEligible() throws SQLException {
    Duration bound = Duration.ofMillis(1500);
    try (RealCluster tight =
            RealCluster.open(servers, options -> options.builder(b -> b.maxStaleness(bound)));
        Connection idle = primary.dataSource().getConnection()) {
      idle.setAutoCommit(false);
      RealCluster.write(idle, 1, 1);
      AtomicBoolean passed = new AtomicBoolean();
      TimeSource.system()
          .schedule(bound.multipliedBy(2).toNanos(), Runnable::run, () -> passed.set(true));
      Await.until(
          "twice the bound has passed",
          RealCluster.SOON,
          () -> {
            assertThat(tight.read()).isNotEqualTo("primary");
            return passed.get();
          });
      idle.rollback();
    }
  }

  /** At the start of a segment the insert position is one that nobody replays. */
  @Test
  void segmentSwitchOnAnIdlePrimary_scopeGoesBackToReplicas() throws SQLException {
    for (int i = 0; i < 3; i++) {
      try (ConsistencyScope scope = cluster.dataSource.openScope()) {
        cluster.write(1, i);
        RealCluster.run(primary, "select pg_switch_wal()");
        scope.wrote();
        awaitReadOnAReplica();
        assertThat(cluster.version(1)).isEqualTo(i);
      }
    }
  }

  /** A bound connection keeps its snapshot; whoever binds later sees the write. */
  @Test
  void boundReader_whileAnotherConnectionWrites_doesNotLowerTheScope() throws SQLException {
    cluster.write(1, 1);
    pauseBoth();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection bound = cluster.reader()) {
      assertThat(RealCluster.version(bound, 1)).isEqualTo(1);
      assertThat(RealCluster.node(bound)).isIn("r1", "r2");
      cluster.write(1, 2);
      assertThat(RealCluster.version(bound, 1)).as("bound before the write").isEqualTo(1);
      assertThat(cluster.version(1)).isEqualTo(2);
      RealCluster.version(bound, 1);
      assertThat(cluster.version(1)).as("after the end of the stale read").isEqualTo(2);
    }
    assertThat(cluster.version(1)).as("outside of the scope").isBetween(1L, 2L);
  }

  // 14: commits that no hook sees.

  @Test
  void commitByAutoCommit_inAScope_isSeen() throws SQLException {
    pauseBoth();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      RealCluster.write(connection, 1, 1);
      connection.setAutoCommit(true);
      assertThat(cluster.version(1)).isEqualTo(1);
    }
  }

  @Test
  void commitBySql_inAScope_isSeen() throws SQLException {
    pauseBoth();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      RealCluster.run(connection, "begin", "insert into note values (1, 1)", "commit");
      assertThat(cluster.version(1)).isEqualTo(1);
    }
  }

  @Test
  void commitByAProcedure_inAScope_isSeen() throws SQLException {
    RealCluster.run(
        primary,
        "create or replace procedure put() language plpgsql as"
            + " $$ begin insert into note values (1, 1); commit; end $$");
    pauseBoth();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      try (CallableStatement call = connection.prepareCall("call put()")) {
        call.execute();
      }
      assertThat(cluster.version(1)).isEqualTo(1);
    }
  }

  @Test
  void commitByTheDriversCopy_inAScope_isSeenAfterTheClose() throws SQLException, IOException {
    pauseBoth();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      try (Connection connection = cluster.dataSource.getConnection()) {
        var row = new ByteArrayInputStream("1\t1\n".getBytes(StandardCharsets.UTF_8));
        connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy note from stdin", row);
      }
      assertThat(cluster.version(1)).isEqualTo(1);
    }
  }

  @Test
  void commitByClosedConnection_ofTheScopesView_isSeenByTheScope() throws Exception {
    pauseBoth();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      CompletableFuture.runAsync(
              () -> {
                try (Connection connection = scope.dataSource().getConnection()) {
                  RealCluster.write(connection, 1, 1);
                } catch (SQLException failure) {
                  throw new IllegalStateException(failure);
                }
              })
          .get(20, TimeUnit.SECONDS);
      assertThat(cluster.version(1)).isEqualTo(1);
    }
  }

  /** Such a token would say less than the scope wrote. */
  @Test
  void token_inAnOpenTransaction_isRefused() throws SQLException {
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      RealCluster.write(connection, 1, 1);
      assertThatIllegalStateException().isThrownBy(scope::captureToken);
      connection.commit();
      pauseBoth();
      String token = scope.captureToken();
      try (ConsistencyScope other = cluster.dataSource.openScope(token)) {
        assertThat(cluster.version(1)).isEqualTo(1);
      }
    }
  }

  /** The older cookie must not replace the newer one. As GitLab MR 216379. */
  @Test
  void tokensOfTwoRequests_merged_askForBoth() throws SQLException {
    String older;
    String newer;
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.write(1, 1);
      older = scope.captureToken();
    }
    pauseBoth();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.write(1, 2);
      newer = scope.captureToken();
    }
    for (String merged : new String[] {Tokens.merge(older, newer), Tokens.merge(newer, older)}) {
      try (ConsistencyScope scope = cluster.dataSource.openScope(merged)) {
        assertThat(cluster.version(1)).isEqualTo(2);
      }
    }
    assertThat(cluster.dataSource.replayedBy(newer, 1)).isFalse();
    first.resumeReplay();
    Await.until(
        "one of two has replayed it",
        RealCluster.SOON,
        () -> cluster.dataSource.replayedBy(newer, 1));
    assertThat(cluster.dataSource.replayedBy(newer, 2)).isFalse();
  }

  /** The commit returns normally, with a warning, and no standby has it. */
  @Test
  void synchronousWaitCancelled_commitReturns_scopeSeesTheWrite()
      throws SQLException, InterruptedException, ExecutionException, TimeoutException {
    pauseBoth();
    primary.set("synchronous_standby_names", "nobody");
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      RealCluster.write(connection, 1, 1);
      String backend = RealCluster.text(connection, "select pg_backend_pid()");
      CompletableFuture<String> commit =
          CompletableFuture.supplyAsync(() -> RealCluster.stateOf(connection::commit));
      String cancel =
          "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep' and"
              + " pid = "
              + backend;
      Await.until(
          "the wait is cancelled",
          RealCluster.SOON,
          () -> "t".equals(RealCluster.text(primary, cancel)));
      assertThat(commit.get(20, TimeUnit.SECONDS)).isEqualTo("00000");
      assertThat(cluster.version(1)).isEqualTo(1);
    } finally {
      primary.reset("synchronous_standby_names");
    }
  }

  /** What cannot be compared counts as written just now: never an error, never trusted. */
  @Test
  void tokensThatCannotBeCompared_countAsWrittenJustNow() throws SQLException {
    pauseBoth();
    cluster.write(1, 1);
    String[] tokens = {
      Tokens.JUST_NOW, "", "x", "AQ", "forged-token", "\u0000", "%%%", "A".repeat(10_000)
    };
    for (String token : tokens) {
      try (ConsistencyScope scope = cluster.dataSource.openScope(token)) {
        assertThat(cluster.version(1)).as(token).isEqualTo(1);
      }
      assertThat(cluster.dataSource.replayedBy(token, 1)).isFalse();
    }
  }
}
