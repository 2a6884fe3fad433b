// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.Ambient;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsistencyScopeTest {
  private static final Duration GAP = Duration.ofMillis(5);

  private final StubCluster cluster = new StubCluster();

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    cluster.close();
  }

  private Set<String> readsOf(int count) throws SQLException {
    Set<String> nodes = new HashSet<>();
    for (int i = 0; i < count; i++) {
      nodes.add(cluster.read());
    }
    return nodes;
  }

  @Test
  void read_cleanScope_goesToAReplica() throws SQLException {
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      assertThat(cluster.read()).isIn("r1", "r2");
    }
  }

  @Test
  void read_afterAWrite_waitsForNoOneAndGoesToWhoeverHasReplayedIt() throws SQLException {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.probe.at(cluster.primary, 200);
      assertThat(cluster.write()).isEqualTo("primary");
      assertThat(cluster.read()).as("nobody has replayed the write").isEqualTo("primary");

      cluster.probe.at(cluster.r2, 200);
      cluster.time.advance(GAP); // the round that the read asked for
      assertThat(readsOf(20)).containsExactly("r2");
    }
    assertThat(readsOf(20)).as("outside the scope").containsExactlyInAnyOrder("r1", "r2");
  }

  @Test
  void read_afterAReadOnAReplica_neverGoesBackInTime() throws SQLException {
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.round();
      String first = cluster.read();
      assertThat(readsOf(20)).as("no later sample: its own node").containsExactly(first);
    }
  }

  @Test
  void read_afterAReadOnThePrimary_countsIt() throws SQLException {
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.round();
      cluster.probe.at(cluster.primary, 200); // a commit that another process made
      cluster.write();
      cluster.time.advance(GAP);
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void read_idlePrimary_goesBackToAReplicaAfterOneRound() throws SQLException {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.write();
      assertThat(cluster.read()).isIn("r1", "r2");
    }
  }

  @Test
  void connection_boundBeforeAWriteOfTheScope_doesNotMakeItsNodeTheOwnOne() throws SQLException {
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection bound = cluster.dataSource.getConnection()) {
      cluster.round();
      bound.setReadOnly(true);
      String before = StubCluster.execute(bound);
      cluster.probe.at(cluster.primary, 200);
      cluster.write(); // REQUIRES_NEW
      assertThat(StubCluster.execute(bound)).as("it stays where it is").isEqualTo(before);
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void read_ownNodeCrashedAndWentBack_isNotServedByIt() throws SQLException {
    cluster.probe.unreachable(cluster.r2);
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      assertThat(cluster.read()).isEqualTo("r1");
      cluster.round();
      assertThat(cluster.read()).isEqualTo("r1");

      cluster.r1.crash(); // the same postmaster: the server stays the same
      cluster.probe.at(cluster.r1, 90);
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void token_ofAWrite_isKeptByAnotherScope() throws SQLException {
    cluster.round();
    String token;
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.probe.at(cluster.primary, 200);
      cluster.write();
      cluster.time.advance(GAP);
      token = scope.captureToken();
    }
    cluster.probe.at(cluster.r1, 200);
    cluster.round();
    assertThat(token).hasSizeLessThanOrEqualTo(27).matches("[A-Za-z0-9_-]+");
    try (ConsistencyScope scope = cluster.dataSource.openScope(token)) {
      assertThat(readsOf(20)).containsExactly("r1");
    }
    assertThat(cluster.dataSource.replayedBy(token, 1)).isTrue();
    assertThat(cluster.dataSource.replayedBy(token, 2)).isFalse();
  }

  @Test
  void token_ofACleanScope_asksForNothing() throws SQLException {
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      String token = scope.captureToken();
      try (ConsistencyScope other = cluster.dataSource.openScope(token)) {
        assertThat(cluster.read()).isIn("r1", "r2");
      }
    }
  }

  @Test
  void token_thatCannotBeCompared_countsAsWrittenJustNow() throws SQLException {
    String foreign = Token.of(new Position("other", 1, 1)).text();
    String good = Token.of(new Position("c", 1, 1)).text();
    String sharded = Token.sharded(7).with(0, Token.Entry.of(new Position("c", 1, 1))).text();
    String[] texts = {
      "",
      " ",
      "x",
      Tokens.JUST_NOW,
      "x".repeat(10_000),
      foreign,
      good.substring(1),
      good + "A",
      good.substring(0, 5) + "A" + good.substring(6),
      sharded,
      "\u00e4",
      "=="
    };
    for (String text : texts) {
      try (ConsistencyScope scope = cluster.dataSource.openScope(text)) {
        assertThat(cluster.dataSource.explain().reason()).as(text).isEqualTo(Reason.SCOPE);
        assertThat(scope.captureToken()).as(text).isNotEqualTo(good);
      }
      cluster.round();
    }
    try (ConsistencyScope scope = cluster.dataSource.openScope(good)) {
      assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.REPLICA);
    }
  }

  @Test
  void token_ofALaterTimeline_isRefusedUntilThePromotionIsSeen() throws SQLException {
    String token = Token.of(new Position("c", 2, 50)).text();
    try (ConsistencyScope scope = cluster.dataSource.openScope(token)) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(cluster::read)
          .withMessageContaining("timeline 2")
          .withMessageContaining("timeline that this process has seen is 1");
      cluster.promote(cluster.primary, 2, 200);
      cluster.follow(cluster.r1, 2, 200);
      cluster.round();
      assertThat(cluster.read()).isEqualTo("r1");
    }
  }

  @Test
  void token_ofAnEarlierTimeline_isSatisfiedByItsOffset() throws SQLException {
    String token = Token.of(new Position("c", 1, 150)).text();
    cluster.promote(cluster.primary, 2, 145);
    cluster.follow(cluster.r1, 2, 145);
    cluster.follow(cluster.r2, 2, 145);
    cluster.round();
    cluster.promote(cluster.primary, 2, 200);
    cluster.follow(cluster.r1, 2, 200);
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope(token)) {
      assertThat(readsOf(20)).containsExactlyInAnyOrder("r1");
    }
  }

  @Test
  void merge_twoTokens_asksForBoth() {
    String one = Token.of(new Position("c", 1, 300)).text();
    String other = Token.of(new Position("c", 2, 200)).text();
    String both = Token.of(new Position("c", 2, 300)).text();
    String foreign = Token.of(new Position("x", 1, 1)).text();
    assertThat(Tokens.merge(one, other)).isEqualTo(both).isEqualTo(Tokens.merge(other, one));
    assertThat(Tokens.merge(one, foreign)).isEqualTo(Tokens.JUST_NOW);
    assertThat(Tokens.merge(one, "forged")).isEqualTo(Tokens.JUST_NOW);
    assertThat(Tokens.merge(Token.NOTHING.text(), one)).isEqualTo(one);
  }

  @Test
  void openScope_inside_joinsAndClosesNothing() throws SQLException {
    cluster.round();
    try (ConsistencyScope outer = cluster.dataSource.openScope()) {
      try (ConsistencyScope inner = cluster.dataSource.openScope(Tokens.JUST_NOW)) {
        assertThat(inner).isNotSameAs(outer);
      }
      assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.SCOPE);
    }
    assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.REPLICA);
  }

  @Test
  void wrote_somewhereElse_needsALaterSample() throws SQLException {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.probe.at(cluster.primary, 200);
      scope.wrote();
      assertThat(cluster.read()).isEqualTo("primary");
    }
  }

  @Test
  void captureToken_inATransactionThatMayWrite_isRefused() throws SQLException {
    try (ConsistencyScope scope = cluster.dataSource.openScope();
        Connection connection = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      StubCluster.execute(connection);
      assertThatIllegalStateException()
          .isThrownBy(scope::captureToken)
          .withMessageContaining("a transaction of the scope of data source orders is open");
      connection.commit();
      assertThat(scope.captureToken()).isNotEqualTo(Tokens.JUST_NOW);
      StubCluster.execute(connection);
      connection.close();
      assertThat(scope.captureToken()).isNotEqualTo(Tokens.JUST_NOW);
    }
  }

  @Test
  void captureToken_primaryDoesNotAnswer_isJustNow() throws SQLException {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.write();
      cluster.probe.unreachable(cluster.primary);
      scope.wrote();
      assertThat(scope.captureToken()).isEqualTo(Tokens.JUST_NOW);
    }
  }

  @Test
  void captureToken_serversBelongToAnotherClusterMeanwhile_namesTheClusterOfItsFloor()
      throws SQLException {
    String token = Token.of(new Position("c", 1, 50)).text();
    try (ConsistencyScope scope = cluster.dataSource.openScope(token)) {
      for (StubPool pool : cluster.pools.values()) {
        cluster.probe.at(pool, new Position("d", 1, 10), pool != cluster.primary);
      }
      cluster.round();
      assertThat(scope.captureToken()).isEqualTo(token);
    }
  }

  @Test
  void dataSource_ofAScope_belongsToItOnEveryThread() throws Exception {
    cluster.round();
    ConsistencyScope scope = cluster.dataSource.openScope();
    cluster.probe.at(cluster.primary, 200);
    cluster.write();
    String[] node = new String[1];
    Thread other =
        new Thread(() -> {
          try (Connection connection = scope.dataSource().getConnection()) {
            connection.setReadOnly(true);
            node[0] = StubCluster.execute(connection);
          } catch (SQLException e) {
            node[0] = e.toString();
          }
        });
    other.start();
    other.join();
    assertThat(node[0]).isEqualTo("primary");
    scope.close();
  }

  @Test
  void scope_wrappedTask_followsToAnotherThread() throws Exception {
    cluster.round();
    String[] node = new String[1];
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.probe.at(cluster.primary, 200);
      cluster.write();
      Thread other =
          new Thread(
              Ambient.capture()
                  .wrap(() -> {
                    try {
                      node[0] = cluster.read();
                    } catch (SQLException e) {
                      node[0] = e.toString();
                    }
                  }));
      other.start();
      other.join();
    }
    assertThat(node[0]).isEqualTo("primary");
  }

  @Test
  void close_onAnotherThread_isRefused() throws Exception {
    ConsistencyScope scope = cluster.dataSource.openScope();
    Throwable[] thrown = new Throwable[1];
    Thread other =
        new Thread(() -> {
          try {
            scope.close();
          } catch (IllegalStateException refused) {
            thrown[0] = refused;
          }
        });
    other.start();
    other.join();
    assertThat(thrown[0]).isInstanceOf(IllegalStateException.class);
    scope.close();
    scope.close();
  }

  @Test
  void staleness_tighterThanTheReplicas_goesToThePrimary() throws SQLException {
    cluster.time.advance(Duration.ofMillis(500));
    assertThat(Staleness.atMost(Duration.ofMillis(500)).call(cluster::read)).isIn("r1", "r2");
    assertThat(Staleness.atMost(Duration.ofMillis(499)).call(cluster::read)).isEqualTo("primary");
    cluster.time.advance(Duration.ofMillis(10)); // the primary's new connection was a sample
    Staleness.atMost(Duration.ofMillis(1))
        .run(() ->
            assertThat(Staleness.atMost(Duration.ofDays(1)).call(cluster::read))
                .as("the tightest counts")
                .isEqualTo("primary"));
  }
}
