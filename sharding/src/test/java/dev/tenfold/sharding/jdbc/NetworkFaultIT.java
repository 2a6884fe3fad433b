// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.FaultProxy;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A network between the data source and its servers that is cut, silent or slow. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class NetworkFaultIT {
  private static final TimeSource TIME = TimeSource.system();

  private final PostgresFixture servers;
  private final PostgresServer primary;
  private final PostgresServer first;
  private FaultProxy toPrimary;
  private FaultProxy toFirst;
  private RealCluster cluster;

  NetworkFaultIT(PostgresFixture servers) {
    this.servers = servers;
    this.primary = servers.primary();
    this.first = servers.standby(0);
  }

  @BeforeEach
  void open() throws SQLException {
    toPrimary = FaultProxy.to(primary.port());
    toFirst = FaultProxy.to(first.port());
    cluster = RealCluster.open(servers, this::throughProxies);
  }

  private RealCluster.Options throughProxies(RealCluster.Options options) {
    UnaryOperator<ReadWriteDataSource.Builder> quick =
        builder ->
            builder.maxStaleness(Duration.ofSeconds(2)).probeInterval(Duration.ofMillis(100));
    return options
        .url("primary", primary.jdbcUrl("postgres", toPrimary.port()))
        .url("r1", first.jdbcUrl("postgres", toFirst.port()))
        .pool(pool -> pool.setConnectionTimeout(1_000))
        .builder(quick);
  }

  @AfterEach
  void close() {
    toPrimary.heal();
    toFirst.heal();
    cluster.close();
    toPrimary.close();
    toFirst.close();
  }

  // Unknown commits.

  private interface Step {
    void run(Connection connection) throws SQLException;
  }

  /** The commit waits for a standby that does not exist; then the connection is cut. */
  private Throwable failureOf(Step commit)
      throws SQLException, InterruptedException, ExecutionException, TimeoutException {
    primary.set("synchronous_standby_names", "nobody");
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      RealCluster.write(connection, 1, 1);
      CompletableFuture<Throwable> failure =
          CompletableFuture.supplyAsync(() -> catchThrowable(() -> commit.run(connection)));
      Await.until(
          "the commit waits",
          RealCluster.SOON,
          () ->
              !RealCluster.text(
                      primary, "select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
                  .equals("0"));
      toPrimary.cut();
      return failure.get(20, TimeUnit.SECONDS);
    } finally {
      primary.reset("synchronous_standby_names");
      toPrimary.heal();
    }
  }

  @Test
  void connectionCutDuringTheCommit_isReportedAsUnknown()
      throws SQLException, InterruptedException, ExecutionException, TimeoutException {
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      assertThat(failureOf(Connection::commit))
          .isInstanceOf(CommitUnknownException.class)
          .hasMessageContaining("node primary")
          .hasCauseInstanceOf(SQLException.class)
          .extracting(failure -> ((SQLException) failure).getSQLState())
          .isEqualTo("08007");
      Await.until(
          "whoever looks sees that it was committed",
          RealCluster.SOON,
          () -> cluster.version(1) == 1);
    }
  }

  @Test
  void connectionCutDuringSetAutoCommit_isReportedAsUnknown()
      throws SQLException, InterruptedException, ExecutionException, TimeoutException {
    assertThat(failureOf(connection -> connection.setAutoCommit(true)))
        .isInstanceOf(CommitUnknownException.class);
  }

  @Test
  void connectionCutBeforeTheCommit_isAnOrdinaryFailureOfTheStatement() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      RealCluster.write(connection, 1, 1);
      toPrimary.cut();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> RealCluster.write(connection, 1, 2))
          .isNotInstanceOf(CommitUnknownException.class);
      toPrimary.heal();
    }
    Await.until("writes work again", RealCluster.SOON, () -> cluster.write(2, 1).equals("primary"));
    assertThat(RealCluster.text(primary, "select count(*) from note where id = 1")).isEqualTo("0");
  }

  // Half-open connections.

  /** Each probe has a limit, and one that hangs delays no other node. */
  @Test
  void halfOpenReplica_readsMoveAndComeBack() throws SQLException {
    toFirst.stall();
    Await.until(
        "r1 is not used any more",
        RealCluster.SOON,
        () -> cluster.dataSource.explain().rejected().containsKey("r1"));
    for (int i = 0; i < 50; i++) {
      assertThat(quickly(cluster::read)).isEqualTo("r2");
    }
    toFirst.heal();
    Await.until("r1 is back", RealCluster.SOON, () -> cluster.read().equals("r1"));
  }

  @Test
  void halfOpenPrimary_readsGoOnAndWritesEnd() throws SQLException {
    toPrimary.stall();
    cluster.awaitReason(Reason.PRIMARY_LOST);
    for (int i = 0; i < 50; i++) {
      assertThat(quickly(cluster::read)).isIn("r1", "r2");
    }
    toPrimary.heal();
    cluster.awaitWritesOn("primary");
    cluster.awaitAllReplicas();
  }

  /** A read that is under way has the caller's limits: here the network timeout of the caller. */
  @Test
  void halfOpenReplica_aReadUnderWay_endsAtTheCallersLimit() throws SQLException {
    Connection connection = cluster.reader();
    RealCluster.text(connection, "select 1");
    while (!RealCluster.node(connection).equals("r1")) {
      connection.close();
      connection = cluster.reader();
      RealCluster.text(connection, "select 1");
    }
    try (Connection onFirst = connection;
        Statement statement = onFirst.createStatement()) {
      onFirst.setNetworkTimeout(Runnable::run, 700);
      toFirst.stall();
      assertThat(quickly(() -> RealCluster.stateOf(() -> statement.execute("select 1"))))
          .isEqualTo("08006");
    }
  }

  /** A stalled replica, and connections that are borrowed and asked for the first time. */
  @Test
  void halfOpenReplica_newConnections_doNotHoldUpReads() throws SQLException {
    cluster.pools.get("r1").getHikariPoolMXBean().softEvictConnections();
    toFirst.stall();
    for (int i = 0; i < 20; i++) {
      assertThat(quickly(cluster::read)).isNotNull();
    }
  }

  @Test
  void slowReplica_staysEligibleAndConsistent() throws SQLException {
    toFirst.delay(Duration.ofMillis(30));
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      for (int version = 1; version <= 20; version++) {
        cluster.write(1, version);
        assertThat(cluster.version(1)).isEqualTo(version);
        assertThat(cluster.version(1)).isEqualTo(version);
      }
    }
    toFirst.heal();
    cluster.awaitAllReplicas();
  }

  /** Cut and healed many times: nothing leaks, and everybody comes back. */
  @Test
  void networkThatFlaps_everyNodeComesBack() throws SQLException {
    for (int i = 0; i < 5; i++) {
      toFirst.cut();
      toPrimary.cut();
      RealCluster.stateOf(cluster::read);
      RealCluster.stateOf(() -> cluster.write(1, 1));
      toPrimary.heal();
      toFirst.heal();
      RealCluster.stateOf(cluster::read);
    }
    cluster.awaitWritesOn("primary");
    Await.until("r1 is back", RealCluster.SOON, () -> cluster.read().equals("r1"));
  }

  private interface Read {
    String get() throws SQLException;
  }

  private static String quickly(Read read) throws SQLException {
    long began = TIME.nanoTime();
    String result = read.get();
    assertThat(Duration.ofNanos(TIME.nanoTime() - began)).isLessThan(RealCluster.QUICKLY);
    return result;
  }
}
