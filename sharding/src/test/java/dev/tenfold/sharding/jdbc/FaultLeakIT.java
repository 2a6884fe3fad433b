// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Deadline;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * After faults every connection is back in its pool, and every place in front of a pool is free.
 * {@link RealCluster#close} checks the pools.
 */
@Timeout(60)
@ExtendWith(SharedServers.class)
class FaultLeakIT {
  private static final int PLACES = 3; // pools of 4, less the connection of the probes

  private final PostgresFixture servers;

  FaultLeakIT(PostgresFixture servers) {
    this.servers = servers;
  }

  private RealCluster open() throws SQLException {
    return RealCluster.open(
        servers, options -> options.pool(pool -> pool.setConnectionTimeout(1_000)));
  }

  /** Takes every place of every node at the same time. */
  private static List<Connection> takeAll(RealCluster cluster) throws SQLException {
    List<Connection> taken = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      Connection writer = cluster.dataSource.getConnection();
      RealCluster.text(writer, "select 1");
      taken.add(writer);
    }
    for (int i = 0; i < 2 * PLACES; i++) {
      Connection reader = cluster.reader();
      RealCluster.text(reader, "select 1");
      assertThat(RealCluster.node(reader)).isNotEqualTo("primary");
      taken.add(reader);
    }
    return taken;
  }

  private static void giveBack(List<Connection> taken) throws SQLException {
    for (Connection connection : taken) {
      connection.close();
    }
  }

  /** As db-replica 2.1.4. */
  @Test
  void manyUsers_aStandbyDiesAndSomeAbort_everyPlaceIsFreeAfterwards() throws Exception {
    try (RealCluster cluster = open()) {
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger served = new AtomicInteger();
      List<Thread> users = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Random random = new Random(i);
        Thread user = new Thread(() -> use(cluster, random, over, served));
        users.add(user);
        user.start();
      }
      Await.until("the users are at work", RealCluster.SOON, () -> served.get() > 100);
      servers.standby(0).kill();
      int before = served.get();
      Await.until("they go on", RealCluster.SOON, () -> served.get() > before + 200);
      servers.standby(0).restart();
      for (Thread user : users) {
        user.interrupt(); // some of them while they wait for a connection
      }
      over.set(true);
      for (Thread user : users) {
        user.join();
      }
      cluster.awaitAllReplicas();
      giveBack(takeAll(cluster));
    }
  }

  private static void use(
      RealCluster cluster, Random random, AtomicBoolean over, AtomicInteger served) {
    while (!over.get()) {
      try (ConsistencyScope scope = cluster.dataSource.openScope();
          Connection connection = cluster.dataSource.getConnection()) {
        connection.setReadOnly(random.nextInt(4) > 0);
        connection.setAutoCommit(random.nextBoolean());
        if (random.nextInt(8) == 0) {
          CompletableFuture.runAsync(() -> RealCluster.stateOf(() -> abort(connection)));
        }
        RealCluster.text(connection, "select count(*) from note");
        if (!connection.getAutoCommit() && random.nextBoolean()) {
          connection.commit();
        }
        if (random.nextInt(16) == 0) {
          RealCluster.text(connection, "select nonsense");
        }
        served.incrementAndGet();
      } catch (SQLException expected) {
        // of a server that died, of nonsense, or of a connection that was aborted
      }
    }
  }

  private static void abort(Connection connection) throws SQLException {
    connection.abort(Runnable::run);
  }

  @Test
  void manyDataSources_openedAndClosedDuringProbes_leaveNothing() throws SQLException {
    try (RealCluster cluster = open()) {
      for (int i = 0; i < 100; i++) {
        try (ReadWriteDataSource other =
                ReadWriteDataSource.builder("other")
                    .primary(cluster.pools.get("primary"))
                    .replica("r1", cluster.pools.get("r1"))
                    .probeInterval(Duration.ofMillis(1))
                    .build();
            Connection connection = other.getConnection()) {
          if (i % 3 == 0) {
            RealCluster.text(connection, "select 1");
          }
          other.explain();
        }
      }
    }
  }

  /** A full bulkhead and the Deadline of one caller say nothing about a replica. */
  @Test
  void deadlineOfOneRead_putsNoReplicaAside()
      throws SQLException, InterruptedException, ExecutionException, TimeoutException {
    try (RealCluster cluster = open()) {
      List<Connection> taken = takeAll(cluster);
      for (int i = 0; i < 5; i++) {
        String state =
            Deadline.after(Duration.ofMillis(20)).call(() -> RealCluster.stateOf(cluster::read));
        assertThat(state).isEqualTo("08004");
      }
      assertThat(cluster.dataSource.explain().rejected()).isEmpty();

      AtomicBoolean interrupted = new AtomicBoolean();
      CompletableFuture<String> state = new CompletableFuture<>();
      Thread waiting =
          new Thread(() -> {
            state.complete(RealCluster.stateOf(cluster::read));
            interrupted.set(Thread.currentThread().isInterrupted());
          });
      waiting.start();
      Await.until(
          "it waits for a connection",
          RealCluster.SOON,
          () -> waiting.getState() == Thread.State.TIMED_WAITING);
      waiting.interrupt();
      assertThat(state.get(20, TimeUnit.SECONDS)).isEqualTo("08004");
      waiting.join();
      assertThat(interrupted).isTrue();
      assertThat(cluster.dataSource.explain().rejected()).isEmpty();

      giveBack(taken);
      giveBack(takeAll(cluster));
    }
  }

  @Test
  void poolOfAReplicaClosed_readsGoOnAndNothingLeaks() throws SQLException {
    try (RealCluster cluster = open()) {
      cluster.pools.get("r1").close();
      for (int i = 0; i < 50; i++) {
        assertThat(cluster.read()).isEqualTo("r2");
      }
      Await.until(
          "the probes know it",
          RealCluster.SOON,
          () -> cluster.dataSource.explain().rejected().containsKey("r1"));
      cluster.pools.remove("r1");
    }
  }

  /** A follower that was lost would let a capture wait in vain. */
  @Test
  void manyScopes_captureAtOnce_allGetAPosition() throws Exception {
    try (RealCluster cluster =
        RealCluster.open(
            servers,
            options ->
                options.builder(b ->
                    b.maxStaleness(Duration.ofMinutes(10)).probeInterval(Duration.ofMinutes(5))))) {
      AtomicInteger justNow = new AtomicInteger();
      List<CompletableFuture<Void>> scopes = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        scopes.add(CompletableFuture.runAsync(() -> capture(cluster, justNow)));
      }
      for (CompletableFuture<Void> scope : scopes) {
        scope.get(30, TimeUnit.SECONDS);
      }
      assertThat(justNow).hasValue(0);
    }
  }

  private static void capture(RealCluster cluster, AtomicInteger justNow) {
    for (int i = 0; i < 100; i++) {
      try (ConsistencyScope scope = cluster.dataSource.openScope()) {
        scope.wrote();
        if (scope.captureToken().equals(Tokens.JUST_NOW)) {
          justNow.incrementAndGet();
        }
      }
    }
  }
}
