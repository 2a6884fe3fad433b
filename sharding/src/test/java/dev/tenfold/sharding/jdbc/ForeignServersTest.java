// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.sharding.jdbc.LagProbe.Position;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers of another cluster, or of a copy of the cluster, under the names of the nodes. */
class ForeignServersTest {
  private static final String OTHER_CLUSTER = Eligibility.OTHER_CLUSTER.why;

  private StubCluster cluster;

  private void open(boolean candidates, Consumer<StubCluster> before) {
    cluster = new StubCluster(builder -> builder, candidates, before);
  }

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    cluster.close();
  }

  private Set<String> readers() throws SQLException {
    Set<String> nodes = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      nodes.add(cluster.read());
    }
    return nodes;
  }

  private void stranger(StubPool pool, boolean standby) {
    cluster.probe.at(pool, new Position("stranger", 9, 900), standby);
  }

  /** The primary answers a round later than the others. */
  private void requireThatThePrimaryDecides() throws SQLException {
    cluster.round();
    cluster.probe.at(cluster.primary, 100);
    cluster.round();
    cluster.round();
    assertThat(cluster.write()).isEqualTo("primary");
    assertThat(readers()).containsExactly("r2");
  }

  @Test
  void replicaOfAnotherCluster_answersBeforeThePrimary_thePrimaryDecides() throws SQLException {
    open(
        false,
        starting -> {
          starting.probe.unreachable(starting.primary);
          starting.probe.at(starting.r1, new Position("stranger", 9, 900), true);
        });
    requireThatThePrimaryDecides();
    assertThat(cluster.dataSource.explain().rejected()).containsOnlyKeys("r1");
    assertThat(cluster.dataSource.explain().rejected()).containsEntry("r1", OTHER_CLUSTER);
  }

  @Test
  void candidateOfAnotherCluster_isPromotedBeforeThePrimaryAnswers_thePrimaryDecides()
      throws SQLException {
    open(
        true,
        starting -> {
          starting.probe.unreachable(starting.primary);
          starting.probe.at(starting.r1, new Position("stranger", 9, 900), false);
        });
    requireThatThePrimaryDecides();
  }

  @Test
  void declaredPrimary_comesBackEmptyAfterAFailover_theNewPrimaryStays() throws SQLException {
    open(true, starting -> {});
    cluster.round();
    cluster.probe.unreachable(cluster.primary);
    cluster.promote(cluster.r1, 2, 110);
    cluster.follow(cluster.r2, 2, 110);
    cluster.round();
    assertThat(cluster.write()).isEqualTo("r1");

    stranger(cluster.primary, false); // a new database instead of a copy of the new primary
    cluster.round();
    cluster.round();
    assertThat(cluster.write()).isEqualTo("r1");
    assertThat(readers()).containsExactly("r2");
    assertThat(cluster.dataSource.explain().rejected()).containsEntry("primary", OTHER_CLUSTER);
  }

  @Test
  void declaredPrimary_isReplacedWithoutAFailover_decides() throws SQLException {
    open(true, starting -> {});
    cluster.round();
    stranger(cluster.primary, false); // a new major version, whose standbys are to follow
    cluster.round();
    assertThat(cluster.write()).isEqualTo("primary");
    assertThat(cluster.dataSource.explain().rejected())
        .containsEntry("r1", OTHER_CLUSTER)
        .containsEntry("r2", OTHER_CLUSTER);
  }

  @Test
  void allServers_areReplacedAfterAFailover_theirClusterIsTheNewOne() throws SQLException {
    open(true, starting -> {});
    cluster.promote(cluster.r1, 2, 110);
    cluster.round();
    assertThat(cluster.write()).isEqualTo("r1");
    stranger(cluster.primary, false);
    stranger(cluster.r1, true);
    stranger(cluster.r2, true);
    cluster.round();
    cluster.round();
    assertThat(cluster.write()).isEqualTo("primary");
    assertThat(readers()).containsExactlyInAnyOrder("r1", "r2");
  }

  @Test
  void newPrimary_leadsToAnotherCluster_getsNoWrites() throws SQLException {
    open(true, starting -> {});
    cluster.probe.unreachable(cluster.primary);
    cluster.promote(cluster.r1, 2, 110);
    cluster.follow(cluster.r2, 2, 110);
    cluster.round();
    stranger(cluster.r1, false);
    cluster.round();
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(cluster::write)
        .withMessageContaining("node primary is on timeline 1, but timeline 2 was seen");
  }

  /** A copy of the production has the same identity, and its standby follows its promotion. */
  @Test
  void standbyOfACopy_isDeclaredAsAReplica_stopsWritesUntilTheProcessIsStartedWithoutIt()
      throws SQLException {
    open(false, starting -> {});
    cluster.follow(cluster.r1, 2, 110);
    cluster.round();
    String why = "node primary is on timeline 1, but timeline 2 was seen";
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(cluster::write)
        .withMessageContaining(why);
    assertThatIllegalStateException()
        .isThrownBy(() -> cluster.dataSource.overridePrimary("primary"))
        .withMessageContaining(why);

    cluster.dataSource.removeReplica("r1");
    cluster.round();
    assertThatExceptionOfType(SQLException.class)
        .as("a process never goes below a timeline that it has seen")
        .isThrownBy(cluster::write)
        .withMessageContaining(why);
    cluster.close();
    open(false, starting -> {});
    assertThat(cluster.write()).isEqualTo("primary");
  }
}
