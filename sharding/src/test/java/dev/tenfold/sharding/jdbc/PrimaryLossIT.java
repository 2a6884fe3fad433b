// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The loss of the primary, of its pool, or of a replica's pool must not end the reads. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class PrimaryLossIT {
  private static final Duration BOUND = Duration.ofMillis(600);

  private final PostgresFixture servers;

  PrimaryLossIT(PostgresFixture servers) {
    this.servers = servers;
  }

  private RealCluster open() throws SQLException {
    return open(pool -> {});
  }

  private RealCluster open(Consumer<HikariConfig> pools) throws SQLException {
    return RealCluster.open(
        servers,
        options ->
            options
                .pool(pools)
                .builder(
                    builder -> builder.maxStaleness(BOUND).probeInterval(Duration.ofMillis(150))));
  }

  private static void impatient(HikariConfig pool) {
    pool.setConnectionTimeout(500);
  }

  /** Reads for three times the bound. Each read must be served by a replica, and quickly. */
  private static void readsGoOn(RealCluster cluster) {
    AtomicBoolean passed = new AtomicBoolean();
    TimeSource time = TimeSource.system();
    time.schedule(BOUND.multipliedBy(3).toNanos(), Runnable::run, () -> passed.set(true));
    Await.until(
        "three times the bound has passed",
        RealCluster.SOON,
        () -> {
          long began = time.nanoTime();
          assertThat(cluster.read()).isIn("r1", "r2");
          assertThat(Duration.ofNanos(time.nanoTime() - began)).isLessThan(RealCluster.QUICKLY);
          return passed.get();
        });
  }

  @Test
  void primaryKilled_readsGoOnAndWritesComeBack() throws SQLException {
    try (RealCluster cluster = open()) {
      servers.primary().kill();
      try {
        readsGoOn(cluster);
        cluster.awaitReason(Reason.PRIMARY_LOST);
      } finally {
        servers.primary().restart();
      }
      cluster.awaitWritesOn("primary");
      cluster.awaitAllReplicas();
    }
  }

  /**
   * A primary that hangs keeps its connections open: nobody is refused, nobody is answered. As
   * pgdog #1255 and #1116.
   */
  @Test
  void primaryStopped_countsAsLostAndReadsGoOn() throws SQLException {
    try (RealCluster cluster = open()) {
      servers.primary().pause();
      try {
        readsGoOn(cluster);
        cluster.awaitReason(Reason.PRIMARY_LOST);
      } finally {
        servers.primary().resume();
      }
      cluster.awaitWritesOn("primary");
      cluster.awaitAllReplicas();
    }
  }

  @Test
  void everyPlaceOfThePrimaryTaken_readsGoOn() throws SQLException {
    try (RealCluster cluster = open()) {
      HikariDataSource pool = cluster.pools.get("primary");
      List<Connection> taken = new ArrayList<>();
      try {
        while (pool.getHikariPoolMXBean().getActiveConnections() < pool.getMaximumPoolSize()) {
          taken.add(pool.getConnection());
        }
        readsGoOn(cluster);
        assertThat(cluster.dataSource.explain().reason())
            .as("the probes hold a connection of their own")
            .isEqualTo(Reason.REPLICA);
      } finally {
        for (Connection connection : taken) {
          connection.close();
        }
      }
    }
  }

  @Test
  void everyPlaceOfThePrimaryTaken_fromTheStart_readsGoOn() throws SQLException {
    try (HikariDataSource pool = primaryPoolOfTwo();
        Connection first = pool.getConnection();
        Connection second = pool.getConnection();
        RealCluster cluster =
            RealCluster.openUnready(
                servers,
                options ->
                    options.builder(
                        builder -> builder.primary(pool).probeInterval(Duration.ofMillis(50))))) {
      cluster.awaitReason(Reason.PRIMARY_LOST);
      assertThat(cluster.read()).isIn("r1", "r2");
    }
  }

  private HikariDataSource primaryPoolOfTwo() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(servers.primary().jdbcUrl());
    config.setMaximumPoolSize(2);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(1_000);
    return new HikariDataSource(config);
  }

  @Test
  void primaryKilled_aBoundOfTheReadItselfHolds() throws SQLException {
    try (RealCluster cluster = open(PrimaryLossIT::impatient)) {
      servers.primary().kill();
      try {
        cluster.awaitReason(Reason.PRIMARY_LOST);
        assertThat(cluster.read()).isIn("r1", "r2");
        String state =
            Staleness.atMost(BOUND).call(() -> RealCluster.stateOf(() -> cluster.read()));
        assertThat(state).startsWith("08");
      } finally {
        servers.primary().restart();
      }
      cluster.awaitWritesOn("primary");
    }
  }

  /** A floor that a replica has reached is served though the primary is lost. */
  @Test
  void primaryKilled_aScopeReadsWhatIsReplayedAndNothingElse() throws SQLException {
    try (RealCluster cluster = open(PrimaryLossIT::impatient);
        ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.write(1, 1);
      Await.until(
          "a replica has the write",
          RealCluster.SOON,
          () -> cluster.dataSource.explain().reason() == Reason.REPLICA);
      String token = scope.captureToken();
      String own = cluster.read();
      servers.primary().kill();
      try {
        cluster.awaitReason(Reason.PRIMARY_LOST);
        assertThat(cluster.read()).as("the scope's own node").isEqualTo(own);
        assertThat(cluster.version(1)).isEqualTo(1);
        try (ConsistencyScope other = cluster.dataSource.openScope(token)) {
          assertThat(cluster.version(1)).isEqualTo(1);
        }
        scope.wrote();
        assertThat(RealCluster.stateOf(cluster::read))
            .as("written just now: nobody can know that it was replayed")
            .startsWith("08");
      } finally {
        servers.primary().restart();
      }
      cluster.awaitWritesOn("primary");
    }
  }

  // A "primary" that is a standby.

  @Test
  void primaryThatIsAStandby_writesAndReadsAreRefusedByName() throws SQLException {
    try (RealCluster cluster =
        RealCluster.openUnready(
            servers, options -> options.url("primary", servers.standby(0).jdbcUrl()))) {
      cluster.awaitReason(Reason.REFUSED);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> cluster.write(1, 1))
          .withMessageContaining("node primary is a standby")
          .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("08004"));
      assertThatExceptionOfType(SQLException.class)
          .as("nobody knows how stale the replicas are")
          .isThrownBy(cluster::read)
          .withMessageContaining("node primary is a standby");
      Await.until(
          "r1 has been asked",
          RealCluster.SOON,
          () ->
              Eligibility.SAME_SERVER.why.equals(
                  cluster.dataSource.explain().rejected().get("r1")));
    }
  }

  // A replica without a free connection.

  @Test
  void replicaWithoutFreePlaces_readsGoToTheOther() throws SQLException {
    try (RealCluster cluster = open(pool -> pool.setMaximumPoolSize(4))) {
      List<Connection> taken = new ArrayList<>();
      try {
        for (int i = 0; i < 6; i++) { // three on each replica
          taken.add(cluster.reader());
          RealCluster.text(taken.get(i), "select 1");
        }
        for (Connection connection : taken) {
          if (RealCluster.node(connection).equals("r2")) {
            connection.close();
          }
        }
        for (int i = 0; i < 20; i++) {
          assertThat(cluster.read()).isEqualTo("r2");
        }
      } finally {
        for (Connection connection : taken) {
          connection.close();
        }
      }
    }
  }
}
