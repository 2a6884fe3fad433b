// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is the primary, and who may be read, by what the nodes say. */
class MembersTest {
  private StubCluster cluster = new StubCluster(builder -> builder, true);

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    cluster.close();
  }

  private void declaredOnly() {
    cluster.close();
    cluster = new StubCluster();
  }

  private Set<String> readers() throws SQLException {
    Set<String> nodes = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      nodes.add(cluster.read());
    }
    return nodes;
  }

  private void assertWritesRefused(String why) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(cluster::write)
        .withMessageContaining("data source orders")
        .withMessageContaining(why);
  }

  @Test
  void candidate_promoted_takesTheWritesAndIsNoReader() throws SQLException {
    cluster.probe.unreachable(cluster.primary);
    cluster.promote(cluster.r1, 2, 110);
    cluster.follow(cluster.r2, 2, 110);
    cluster.round();
    assertThat(cluster.write()).isEqualTo("r1");
    cluster.round();
    assertThat(readers()).containsExactly("r2");
    assertThat(cluster.telemetry.events())
        .contains("tenfold.sharding.primary.changed datasource=orders,node=r1");
  }

  @Test
  void oldPrimary_comesBackUnchanged_getsNoWrites() throws SQLException {
    cluster.promote(cluster.r1, 2, 110);
    cluster.follow(cluster.r2, 2, 110);
    cluster.round(); // the old primary still says that it is one
    assertThat(cluster.write()).isEqualTo("r1");
    cluster.round();
    assertThat(readers()).containsExactly("r2");
    assertThat(cluster.dataSource.explain().rejected()).containsKey("primary");
  }

  @Test
  void oldPrimary_comesBackAsAStandby_isReadAgain() throws SQLException {
    cluster.promote(cluster.r1, 2, 110);
    cluster.follow(cluster.r2, 2, 110);
    cluster.round();
    cluster.follow(cluster.primary, 2, 110);
    cluster.round();
    cluster.round();
    assertThat(readers()).containsExactlyInAnyOrder("primary", "r2");
    assertThat(cluster.write()).isEqualTo("r1");
  }

  @Test
  void twoCandidates_promotedToOneTimeline_refuseUntilTheOperatorDecides() throws SQLException {
    cluster.probe.unreachable(cluster.primary);
    cluster.promote(cluster.r1, 2, 110);
    cluster.promote(cluster.r2, 2, 120);
    cluster.round();
    assertWritesRefused("split brain");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cluster.dataSource.overridePrimary("nobody"))
        .withMessageContaining("no node nobody");
    assertThatIllegalStateException()
        .isThrownBy(() -> cluster.dataSource.overridePrimary("primary"))
        .withMessageContaining("split brain");
    cluster.dataSource.overridePrimary("r2");
    assertThat(cluster.write()).isEqualTo("r2");
    cluster.round();
    assertThat(cluster.write()).as("after another round").isEqualTo("r2");
    assertThatIllegalStateException()
        .isThrownBy(() -> cluster.dataSource.overridePrimary("r2"))
        .withMessageContaining("nothing has to be decided");

    cluster.promote(cluster.r1, 3, 130); // a later promotion needs no decision
    cluster.round();
    assertThat(cluster.write()).isEqualTo("r1");
  }

  @Test
  void twoNames_ofOneServer_areNoTie() throws SQLException {
    var reading = StubProbe.reading("one", new Position("c", 1, 100), false);
    cluster.probe.set(cluster.primary, reading);
    cluster.probe.set(cluster.r1, reading);
    cluster.round();
    assertThat(cluster.write()).isEqualTo("primary");
    assertThat(readers()).containsExactly("r2");
  }

  /** A new connection tells of the restart before the other name was asked. */
  @Test
  void twoNames_ofOneServerThatRestarts_areATieUntilBothWereAsked() throws SQLException {
    for (String start : new String[] {"one", "one, restarted"}) {
      cluster.primary.crash();
      var reading = StubProbe.reading(start, new Position("c", 1, 100), false);
      cluster.probe.set(cluster.primary, reading);
      cluster.probe.set(cluster.r1, reading);
      if (!start.equals("one")) {
        assertWritesRefused("(split brain)");
      }
      cluster.round();
      assertThat(cluster.write()).isEqualTo("primary");
    }
  }

  @Test
  void replica_promoted_takesNoWritesAndStopsNothing() throws SQLException {
    declaredOnly();
    cluster.promote(cluster.r1, 2, 500); // somebody makes a copy
    cluster.round();
    assertThat(cluster.write()).isEqualTo("primary");
    assertThat(readers()).containsExactly("r2");
    assertThat(cluster.dataSource.explain().rejected()).containsEntry("r1", "it is not a standby");
  }

  @Test
  void declaredPrimary_isAStandby_refusesWritesAndSaysSo() throws SQLException {
    declaredOnly();
    cluster.probe.at(cluster.primary, 100, true);
    cluster.round();
    assertWritesRefused("node primary is a standby");
    cluster.probe.at(cluster.primary, 100, false);
    cluster.round();
    assertThat(cluster.write()).isEqualTo("primary");
  }

  @Test
  void declaredPrimary_isAStandbyFromTheStart_refusesTheFirstWrite() {
    cluster.close();
    cluster = new StubCluster();
    cluster.probe.at(cluster.primary, 100, true);
    assertWritesRefused("is a standby"); // asked through the new connection
  }

  @Test
  void declaredPrimary_stayedOnAnOldTimeline_refusesWrites() throws SQLException {
    declaredOnly();
    cluster.follow(cluster.r1, 2, 110);
    cluster.round();
    assertWritesRefused("node primary is on timeline 1, but timeline 2 was seen");
    cluster.promote(cluster.primary, 2, 120); // the address moved to the new primary
    cluster.round();
    assertThat(cluster.write()).isEqualTo("primary");
  }

  @Test
  void boundConnection_primaryChanges_refusesStatementsAndCommit() throws SQLException {
    try (Connection connection = cluster.dataSource.getConnection();
        Connection reading = cluster.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      StubCluster.execute(connection);
      reading.setReadOnly(true);
      String node = StubCluster.execute(reading);

      cluster.promote(node.equals("r1") ? cluster.r2 : cluster.r1, 2, 110);
      cluster.round();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> StubCluster.execute(connection))
          .withMessageContaining("node primary is not the primary any more")
          .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08006"));
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(connection::commit)
          .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08006"));
      assertThat(cluster.primary.calls).doesNotContain("commit()");
      connection.rollback();
      assertThat(StubCluster.execute(reading)).as("a read stays").isEqualTo(node);
    }
  }

  @Test
  void replica_ofAnotherCluster_isNotRead() throws SQLException {
    cluster.probe.at(cluster.r1, new Position("stranger", 1, 100), true);
    cluster.round();
    assertThat(readers()).containsExactly("r2");
    assertThat(cluster.dataSource.explain().rejected().get("r1")).contains("another cluster");
  }

  @Test
  void twoReplicas_thatAreOneServer_areReadOnce() throws SQLException {
    var reading = StubProbe.reading("one", new Position("c", 1, 100), true);
    cluster.probe.set(cluster.r1, reading);
    cluster.probe.set(cluster.r2, reading);
    cluster.round();
    assertThat(readers()).containsExactly("r1");
    assertThat(cluster.dataSource.explain().rejected().get("r2")).contains("the same server");
  }

  @Test
  void primary_lost_readsGoOnOfAnyStaleness() throws SQLException {
    cluster.probe.unreachable(cluster.primary);
    cluster.primary.failing("getConnection");
    for (int i = 0; i < 20; i++) {
      cluster.round();
      assertThat(cluster.read()).isIn("r1", "r2");
    }
    assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.PRIMARY_LOST);
    assertThat(cluster.telemetry.events())
        .contains("tenfold.sharding.primary.lost datasource=orders,node=primary");
  }

  private List<String> primaryEvents() {
    return cluster.telemetry.events().stream()
        .filter(event -> event.startsWith("tenfold.sharding.primary."))
        .map(event -> event.replaceFirst("tenfold.sharding.", "").replaceFirst(" .*node=", " "))
        .toList();
  }

  @Test
  void primary_answersAfterItWasLost_isReportedOnce() {
    for (int loss = 0; loss < 2; loss++) {
      cluster.probe.unreachable(cluster.primary);
      for (int i = 0; i < 4; i++) {
        cluster.round();
      }
      cluster.probe.at(cluster.primary, 100);
      for (int i = 0; i < 4; i++) {
        cluster.round();
      }
    }
    assertThat(primaryEvents())
        .containsExactly(
            "primary.lost primary",
            "primary.recovered primary",
            "primary.lost primary",
            "primary.recovered primary");
  }

  @Test
  void primary_missesOneRound_isNeitherLostNorRecovered() {
    cluster.probe.unreachable(cluster.primary);
    cluster.round();
    cluster.probe.at(cluster.primary, 100);
    cluster.round();
    assertThat(primaryEvents()).isEmpty();
  }

  @Test
  void primary_lostAndReplacedMeanwhile_itsReturnIsNotThatOfThePrimary() {
    cluster.probe.unreachable(cluster.primary);
    for (int i = 0; i < 3; i++) {
      cluster.round();
    }
    cluster.promote(cluster.r1, 2, 110);
    cluster.round();
    cluster.follow(cluster.primary, 2, 110);
    cluster.round();
    cluster.promote(cluster.primary, 3, 120); // back by a failover, not by itself
    cluster.round();
    cluster.round();
    assertThat(primaryEvents())
        .containsExactly("primary.lost primary", "primary.changed r1", "primary.changed primary");
  }

  /** A candidate that nobody missed, and that is the primary with its first answer. */
  @Test
  void candidate_didNotAnswerBeforeItsPromotion_isChangedAndNotRecovered() {
    cluster.probe.unreachable(cluster.r1);
    for (int i = 0; i < 3; i++) {
      cluster.round();
    }
    cluster.promote(cluster.r1, 2, 110);
    cluster.round();
    cluster.round();
    assertThat(primaryEvents()).containsExactly("primary.changed r1");
  }

  @Test
  void primary_lostAndStaleReadsRefused_readsFail() throws SQLException {
    cluster.close();
    cluster = new StubCluster(builder -> builder.staleReadsWhenPrimaryLost(false));
    cluster.probe.unreachable(cluster.primary);
    cluster.primary.failing("getConnection");
    for (int i = 0; i < 12; i++) {
      cluster.round();
    }
    assertThatExceptionOfType(SQLException.class).isThrownBy(cluster::read);
  }

  @Test
  void primary_lost_floorsAreNeverRelaxed() throws SQLException {
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope()) {
      cluster.probe.at(cluster.primary, 200);
      cluster.write();
      cluster.probe.unreachable(cluster.primary);
      for (int i = 0; i < 12; i++) {
        cluster.round();
      }
      assertThat(cluster.read()).as("nobody else has the write").isEqualTo("primary");
    }
    assertThat(cluster.read()).as("outside the scope").isIn("r1", "r2");
  }

  /** The wait of a pool is long; so is the queue of the requests that would wait. */
  @Test
  void primary_lost_oneReadOfAPauseWaitsForItsPoolAndEachWriteDoes() {
    int[] attempts = new int[1];
    cluster.probe.unreachable(cluster.primary);
    cluster.primary.before.put("getConnection", () -> attempts[0]++);
    cluster.primary.failing("getConnection");
    cluster.round();
    cluster.round();
    try (ConsistencyScope scope = cluster.dataSource.openScope(Tokens.JUST_NOW)) {
      for (int pause = 1; pause <= 4; pause *= 2) {
        attempts[0] = 0;
        assertReadFails("08006", "getConnection of primary fails");
        for (int i = 0; i < 10; i++) {
          assertReadFails("08004", "and the primary, node primary, is lost: ");
        }
        assertThat(attempts[0]).as("in a pause of %s s", pause).isEqualTo(1);
        cluster.primary.before.remove("getConnection"); // the probes borrow too
        cluster.time.advance(Duration.ofSeconds(pause));
        cluster.primary.before.put("getConnection", () -> attempts[0]++);
      }
    }
    attempts[0] = 0;
    for (int i = 0; i < 10; i++) {
      assertThatExceptionOfType(SQLException.class).isThrownBy(cluster::write);
    }
    assertThat(attempts[0]).as("writes").isEqualTo(10);
  }

  private void assertReadFails(String state, String why) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(cluster::read)
        .withMessageContaining(why)
        .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo(state));
  }

  @Test
  void replica_addedAndRemoved_isReadMeanwhile() throws SQLException {
    StubPool r3 = cluster.pool("r3");
    cluster.probe.at(r3, 100);
    cluster.dataSource.addReplica("r3", r3.dataSource(), node -> node.weight(2));
    assertThat(readers()).as("before its first probe").doesNotContain("r3");
    cluster.round();
    assertThat(readers()).contains("r3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cluster.dataSource.addReplica("r3", r3.dataSource(), node -> {}));
    cluster.dataSource.removeReplica("r3");
    assertThat(readers()).doesNotContain("r3");
    assertThat(r3.inUse()).as("the connection of the probes is given back").isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cluster.dataSource.removeReplica("primary"));
  }
}
