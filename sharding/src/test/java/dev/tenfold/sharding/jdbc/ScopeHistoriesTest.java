// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Histories in which a scope could miss a write or go back in time. */
class ScopeHistoriesTest {
  private StubCluster cluster = new StubCluster();

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    cluster.close();
  }

  private Connection reading() throws SQLException {
    Connection connection = cluster.dataSource.getConnection();
    connection.setReadOnly(true);
    return connection;
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void onAnotherThread(Step step) throws Exception {
    Exception[] failure = new Exception[1];
    Thread other =
        new Thread(() -> {
          try {
            step.run();
          } catch (Exception e) {
            failure[0] = e;
          }
        });
    other.start();
    other.join();
    if (failure[0] != null) {
      throw failure[0];
    }
  }

  /** Only r1 is there; it goes from 90 to 100 before the scope, so a crash can set it back. */
  private void onlyR1() {
    cluster.probe.unreachable(cluster.r2);
    cluster.round();
    cluster.probe.at(cluster.primary, 110);
    cluster.probe.at(cluster.r1, 110);
    cluster.round();
  }

  private void crashR1() throws Exception {
    cluster.r1.crash();
    cluster.probe.at(cluster.r1, 100);
    onAnotherThread(() -> assertThat(cluster.read()).isEqualTo("r1")); // asked through a new one
  }

  @Test
  void ownNode_crashesInATransaction_closingItDoesNotMakeItsNewLifeTheOwnOne() throws Exception {
    onlyR1();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection transaction = reading()) {
      transaction.setAutoCommit(false);
      assertThat(StubCluster.execute(transaction)).isEqualTo("r1");
      crashR1();
      transaction.close();
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void ownNode_crashes_theStatementThatFailsDoesNotMakeItsNewLifeTheOwnOne() throws Exception {
    onlyR1();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      try (Connection connection = reading();
          Statement statement = connection.createStatement()) {
        statement.executeQuery("x");
        crashR1();
        cluster.r1.failing("executeQuery");
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.executeQuery("x"));
        cluster.r1.failures.clear();
      }
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void ownNode_crashesBeforeTheReplyIsNoted_itsNewLifeIsNotTheOwnOne() throws Exception {
    onlyR1();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = reading();
        Statement statement = connection.createStatement()) {
      Step crash = this::crashR1;
      cluster.r1.before.put(
          "executeQuery",
          () -> {
            cluster.r1.before.clear();
            try {
              crash.run(); // the server answers, crashes and comes back before the thread goes on
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      ResultSet rows = statement.executeQuery("x");
      assertThat(rows).isNull();
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void write_throughTheResultSet_countsAtClose() throws Exception {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      try (Connection writer = cluster.dataSource.getConnection();
          Statement statement = writer.createStatement()) {
        statement.executeQuery("x");
        cluster.round();
        cluster.probe.at(cluster.primary, 200); // rs.insertRow()
      }
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void write_byCopyThroughUnwrap_countsAndIsATransaction() throws Exception {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection writer = cluster.dataSource.getConnection()) {
      writer.setAutoCommit(false);
      writer.unwrap(StubPool.class);
      assertThatIllegalStateException().isThrownBy(scope::captureToken);
      cluster.round();
      cluster.probe.at(cluster.primary, 200);
      writer.setAutoCommit(true);
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void token_replicaGoesBackBetweenSelectionAndBorrowing_isNotServedByIt() throws Exception {
    Runnable[] hook = new Runnable[1];
    Random random = new Random(1);
    RandomGenerator slow =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            Runnable once = hook[0];
            hook[0] = null;
            if (once != null) {
              once.run();
            }
            return random.nextLong();
          }
        };
    cluster.close();
    cluster = new StubCluster(builder -> builder.random(slow));
    String token = Token.of(new Position("c", 1, 100)).text();
    try (ConsistencyScope scope = cluster.dataSource.openScope(token)) {
      hook[0] =
          () -> {
            cluster.probe.at(cluster.r1, 90);
            cluster.probe.at(cluster.r2, 90);
            cluster.round();
          };
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void primary_restoredFromAnOlderCopy_standbysOfTheOldLogAreNotRead() throws Exception {
    cluster.round();
    cluster.probe.at(cluster.primary, 60);
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.probe.at(cluster.primary, 70);
      cluster.write();
      cluster.round();
      cluster.round();
      assertThat(cluster.read()).isEqualTo("primary");
      cluster.probe.at(cluster.primary, 300); // the new log grows beyond them
      cluster.round();
      cluster.round();
      assertThat(cluster.read()).isEqualTo("primary");
      assertThat(cluster.dataSource.explain().rejected().get("r1")).contains("was set back");

      cluster.probe.set(cluster.r1, StubProbe.reading("rebuilt", new Position("c", 1, 300), true));
      cluster.round();
      cluster.round();
      assertThat(cluster.read()).isEqualTo("r1");
    }
  }

  @Test
  void transaction_statementOfAReleasedConnectionRuns_isNotCounted() throws SQLException {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      Statement statement = connection.createStatement();
      statement.close();
      connection.setReadOnly(true);
      connection.setReadOnly(false);
      cluster.primary.failing("execute");
      assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("x"));
      cluster.primary.failures.clear();
      connection.close();
      assertThat(scope.captureToken()).isNotNull();
    }
  }

  @Test
  void captureToken_primaryLost_isJustNowAtOnce() throws SQLException {
    cluster.round();
    cluster.probe.unreachable(cluster.primary);
    for (int i = 0; i < 4; i++) {
      cluster.round();
    }
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.read();
      long began = cluster.time.nanoTime();
      assertThat(scope.captureToken()).isEqualTo(Tokens.JUST_NOW);
      assertThat(cluster.time.nanoTime()).isEqualTo(began);
    }
  }

  @Test
  void read_relaxedOnAServerThatWasReplaced_isNotServedByIt() throws SQLException {
    cluster.probe.unreachable(cluster.r2);
    cluster.probe.unreachable(cluster.primary);
    for (int i = 0; i < 15; i++) {
      cluster.round();
    }
    assertThat(cluster.read()).isEqualTo("r1");
    for (Position other : new Position[] {new Position("d", 1, 10), new Position("c", 2, 110)}) {
      cluster.r1.crash();
      cluster.probe.set(cluster.r1, StubProbe.reading("x" + other, other, other.timeline() == 1));
      assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.PRIMARY_LOST);
      assertThat(cluster.read()).as("the new connection is not of %s", other).isEqualTo("primary");
      cluster.probe.at(cluster.r1, 100);
      cluster.round();
      cluster.round();
    }
  }

  @Test
  void declaredPrimary_isAStandby_readsAreNotServedAtAnyAge() throws SQLException {
    cluster.round();
    cluster.probe.at(cluster.primary, 100, true);
    for (int i = 0; i < 60; i++) {
      cluster.round();
    }
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(cluster::read)
        .withMessageContaining("node primary is a standby");
  }
}
