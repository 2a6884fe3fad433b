// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.FaultProxy;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import dev.tenfold.testkit.PostgresSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Names that lead to another server than the configuration means. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class ServerIdentityIT {
  private final PostgresFixture servers;
  private final PostgresServer primary;
  private final PostgresServer first;
  private final PostgresServer second;

  ServerIdentityIT(PostgresFixture servers) {
    this.servers = servers;
    this.primary = servers.primary();
    this.first = servers.standby(0);
    this.second = servers.standby(1);
  }

  private static void awaitRejected(RealCluster cluster, String node, Eligibility why) {
    Await.until(
        "node " + node + " is excluded",
        RealCluster.SOON,
        () -> {
          String said = cluster.dataSource.explain().rejected().get(node);
          if (!why.why.equals(said)) {
            throw new IllegalStateException(said);
          }
          return true;
        });
  }

  private static void readsNeverReach(RealCluster cluster, String node) throws SQLException {
    for (int i = 0; i < 50; i++) {
      assertThat(cluster.read()).isNotEqualTo(node);
    }
  }

  @Test
  void replicaOfAnotherCluster_isExcludedAndExplained() throws SQLException {
    String stranger = PostgresFixture.shared().primary().jdbcUrl();
    try (RealCluster cluster =
        RealCluster.openUnready(servers, options -> options.url("r2", stranger))) {
      awaitRejected(cluster, "r2", Eligibility.OTHER_CLUSTER);
      readsNeverReach(cluster, "r2");
    }
  }

  /** A candidate of another cluster that is a primary there must not take writes. */
  @Test
  void candidateOfAnotherCluster_getsNoWrites() throws SQLException {
    String stranger = PostgresFixture.shared().primary().jdbcUrl();
    RealCluster.createTable(primary);
    try (RealCluster cluster =
        RealCluster.openUnready(servers, options -> options.candidates().url("r2", stranger))) {
      awaitRejected(cluster, "r2", Eligibility.OTHER_CLUSTER);
      readsNeverReach(cluster, "r2");
      assertThat(cluster.write(1, 1)).isEqualTo("primary");
    }
  }

  @Test
  void replicaThatIsThePrimary_isExcludedAndExplained() throws SQLException {
    try (RealCluster cluster =
        RealCluster.openUnready(servers, options -> options.url("r1", primary.jdbcUrl()))) {
      awaitRejected(cluster, "r1", Eligibility.NOT_A_STANDBY);
      readsNeverReach(cluster, "r1");
    }
  }

  @Test
  void twoReplicasThatAreOneServer_countOnce() throws SQLException {
    try (RealCluster cluster =
        RealCluster.openUnready(servers, options -> options.url("r2", first.jdbcUrl()))) {
      awaitRejected(cluster, "r2", Eligibility.SAME_SERVER);
      cluster.awaitReason(Reason.REPLICA);
      readsNeverReach(cluster, "r2");
      assertThat(cluster.dataSource.replayedBy(Tokens.JUST_NOW, 2)).isFalse();
    }
  }

  /** A standby that was restored on the same port is another server, and an older one. */
  @Test
  void standbyRestoredFromAnOlderCopy_scopeDoesNotGoBackInTime() throws SQLException {
    try (RealCluster cluster = RealCluster.open(servers)) {
      cluster.write(1, 1);
      RealCluster.awaitReplay(primary, first);
      RealCluster.awaitReplay(primary, second);
      RealCluster.run(first, "checkpoint");
      first.stopReceiving();
      PostgresSnapshot older = first.snapshot();
      first.startReceiving();
      second.pauseReplay();
      try (ConsistencyScope scope = cluster.dataSource.openScope()) {
        cluster.write(1, 2);
        Await.until(
            "the scope is on r1",
            RealCluster.SOON,
            () -> cluster.read().equals("r1") && cluster.version(1) == 2);
        first.restore(older);
        assertThat(RealCluster.text(first, "select version from note where id = 1"))
            .as("the server itself is older")
            .isEqualTo("1");
        for (int i = 0; i < 100; i++) {
          assertThat(versionOrConnectionLost(cluster)).isEqualTo(2);
        }
        first.startReceiving();
        Await.until(
            "r1 serves the scope again", RealCluster.SOON, () -> cluster.read().equals("r1"));
        assertThat(cluster.version(1)).isEqualTo(2);
      }
    } finally {
      second.resumeReplay();
      SharedServers.restore(servers, primary);
    }
  }

  private static long versionOrConnectionLost(RealCluster cluster) throws SQLException {
    while (true) {
      try {
        return cluster.version(1);
      } catch (SQLException lost) {
        if (!lost.getSQLState().matches("08...|57P..")) {
          throw lost;
        }
      }
    }
  }

  /** Connections of one pool lead to two servers; each connection is judged by its own. */
  @Test
  void nameThatMovesToAnOlderStandby_scopeDoesNotGoBackInTime() throws SQLException {
    RealCluster.createTable(primary);
    try (FaultProxy name = FaultProxy.to(first.port());
        RealCluster cluster =
            RealCluster.openUnready(
                servers,
                options ->
                    options
                        .url("r1", first.jdbcUrl("postgres", name.port()))
                        .url("r2", primary.jdbcUrl()))) {
      cluster.awaitReason(Reason.REPLICA);
      cluster.write(1, 1);
      RealCluster.awaitReplay(primary, second);
      second.pauseReplay();
      cluster.write(1, 2);
      RealCluster.awaitReplay(primary, first);
      try (ConsistencyScope scope = cluster.dataSource.openScope()) {
        Await.until(
            "the scope is on r1",
            RealCluster.SOON,
            () -> cluster.read().equals("r1") && cluster.version(1) == 2);
        name.redirect(second.port());
        try (Connection old = cluster.reader()) { // the pool has to open another connection
          RealCluster.text(old, "select 1");
          for (int i = 0; i < 20; i++) {
            assertThat(cluster.version(1)).isEqualTo(2);
          }
        }
        for (int i = 0; i < 20; i++) {
          assertThat(cluster.version(1)).isEqualTo(2);
        }
        second.resumeReplay();
        Await.until(
            "r1 serves the scope again", RealCluster.SOON, () -> cluster.read().equals("r1"));
        try (Connection connection = cluster.reader()) {
          assertThat(RealCluster.version(connection, 1)).isEqualTo(2);
          assertThat(RealCluster.text(connection, "select inet_server_port()"))
              .as("no connection to the old server is lent any more")
              .isEqualTo(String.valueOf(second.port()));
        }
      }
    } finally {
      second.resumeReplay();
    }
  }

  /** The endpoint of the primary moves with a failover, and nothing else is configured. */
  @Test
  void endpointOfThePrimaryMoves_writesFollowIt() throws SQLException {
    PostgresServer leader = primary;
    try (FaultProxy endpoint = FaultProxy.to(primary.port());
        RealCluster cluster =
            RealCluster.open(
                servers,
                options ->
                    options
                        .url("primary", primary.jdbcUrl("postgres", endpoint.port()))
                        .pool(pool -> pool.setConnectionTimeout(1_000)))) {
      RealCluster.awaitReplay(primary, first);
      primary.kill();
      first.promote();
      leader = first;
      endpoint.redirect(first.port());
      cluster.awaitWritesOn("primary");
      try (Connection connection = cluster.dataSource.getConnection()) {
        assertThat(RealCluster.text(connection, "select inet_server_port()"))
            .isEqualTo(String.valueOf(first.port()));
      }
      awaitRejected(cluster, "r1", Eligibility.NOT_A_STANDBY);
      second.follow(first);
      Await.until("r2 is read", RealCluster.SOON, () -> cluster.read().equals("r2"));
    } finally {
      SharedServers.restore(servers, leader);
    }
  }
}
