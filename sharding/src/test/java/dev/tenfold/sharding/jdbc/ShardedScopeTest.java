// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardedScopeTest {

  private final Topology first = Topology.builder("t").shard("s0", 1).shard("s1", 1).build();
  private Topology current = first;
  private final StubCluster s0 = new StubCluster();
  private final StubCluster s1 = new StubCluster();
  private final Map<String, StubCluster> clusters = Map.of("s0", s0, "s1", s1);
  private final ShardRouter router = ShardRouter.of(() -> current);
  private final ShardedDataSource sharded =
      ShardedDataSource.builder(router, shard -> clusters.get(shard.value()).dataSource).build();

  ShardedScopeTest() {
    s0.round();
    s1.round();
  }

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    s0.close();
    s1.close();
  }

  private Object keyOf(String shard) {
    for (long key = 0; ; key++) {
      if (router.route(key).equals(new ShardId(shard))) {
        return key;
      }
    }
  }

  private String read(ShardedDataSource source, String shard) throws SQLException {
    try (Connection connection = source.forKey(keyOf(shard)).getConnection()) {
      connection.setReadOnly(true);
      return StubCluster.execute(connection);
    }
  }

  private void write(String shard) throws SQLException {
    StubCluster cluster = clusters.get(shard);
    cluster.probe.at(cluster.primary, 200);
    try (Connection connection = sharded.forKey(keyOf(shard)).getConnection()) {
      assertThat(StubCluster.execute(connection)).isEqualTo("primary");
    }
  }

  @Test
  void read_afterAWriteToItsShard_isOnThePrimaryAndOthersAreNot() throws SQLException {
    try (ConsistencyScope scope = sharded.openScope()) {
      write("s0");
      assertThat(read(sharded, "s0")).isEqualTo("primary");
      assertThat(read(sharded, "s1")).isIn("r1", "r2");
    }
    assertThat(read(sharded, "s0")).as("outside the scope").isIn("r1", "r2");
  }

  @Test
  void token_ofTwoShards_isKeptByAnotherScope() throws SQLException {
    String token;
    try (ConsistencyScope scope = sharded.openScope()) {
      write("s0");
      read(sharded, "s1");
      token = scope.captureToken();
    }
    assertThat(token).hasSizeLessThan(80);
    s0.probe.at(s0.r1, 200);
    s0.round();
    try (ConsistencyScope scope = sharded.openScope(token)) {
      for (int i = 0; i < 10; i++) {
        assertThat(read(sharded, "s0")).isEqualTo("r1");
        assertThat(read(sharded, "s1")).isIn("r1", "r2");
      }
      assertThat(Tokens.merge(token, scope.captureToken())).isNotEqualTo(Tokens.JUST_NOW);
    }
  }

  @Test
  void token_carriesTheShardsThatWereNotUsedAgain() throws SQLException {
    String token;
    try (ConsistencyScope scope = sharded.openScope()) {
      write("s0");
      token = scope.captureToken();
    }
    try (ConsistencyScope scope = sharded.openScope(token)) {
      read(sharded, "s1");
      token = scope.captureToken();
    }
    try (ConsistencyScope scope = sharded.openScope(token)) {
      assertThat(read(sharded, "s0")).as("nobody has replayed the write").isEqualTo("primary");
    }
  }

  @Test
  void token_ofAnotherTopology_countsAsWrittenJustNowAndHeals() throws SQLException {
    String token;
    try (ConsistencyScope scope = sharded.openScope()) {
      read(sharded, "s0");
      token = scope.captureToken();
    }
    current = first.evolve().reweight("s1", 2).build();
    s0.probe.at(s0.primary, 300);
    String healed;
    try (ConsistencyScope scope = sharded.openScope(token)) {
      assertThat(read(sharded, "s0")).isEqualTo("primary");
      healed = scope.captureToken();
    }
    s0.allAt(300);
    s0.round();
    assertThat(healed).isNotEqualTo(Tokens.JUST_NOW);
    try (ConsistencyScope scope = sharded.openScope(healed)) {
      assertThat(read(sharded, "s0")).isIn("r1", "r2");
    }
  }

  @Test
  void topology_changesInMidScope_countsAsWrittenJustNow() throws SQLException {
    try (ConsistencyScope scope = sharded.openScope()) {
      assertThat(read(sharded, "s0")).isIn("r1", "r2");
      s0.probe.at(s0.primary, 300); // rows that were moved here
      current = first.evolve().reweight("s0", 2).build();
      assertThat(read(sharded, "s0")).isEqualTo("primary");
    }
  }

  @Test
  void token_ofAnUnshardedDataSource_countsAsWrittenJustNow() throws SQLException {
    String token = Token.of(new LagProbe.Position("c", 1, 1)).text();
    try (ConsistencyScope scope = sharded.openScope(token)) {
      s0.probe.at(s0.primary, 300);
      assertThat(read(sharded, "s0")).isEqualTo("primary");
    }
  }

  @Test
  void dataSource_ofTheScope_belongsToItWithoutTheThread() throws SQLException {
    ShardedDataSource view;
    try (ShardedDataSource.Scope scope = sharded.openScope()) {
      write("s0");
      view = scope.dataSource();
    }
    assertThat(read(view, "s0")).isEqualTo("primary");
    assertThat(read(sharded, "s0")).isIn("r1", "r2");
  }

  @Test
  void openScope_moreShardsThanATokenHolds_capturesJustNow() throws SQLException {
    Topology.Builder wide = Topology.builder("wide").slots(4096);
    for (int i = 0; i < 17; i++) {
      wide.shard("s" + i, 1);
    }
    ShardRouter many = ShardRouter.of(TopologySource.of(wide.build()));
    DataSource one = s0.dataSource;
    ShardedDataSource source = ShardedDataSource.builder(many, shard -> one).build();
    try (ConsistencyScope scope = source.openScope()) {
      for (long key = 0; key < 1_000; key++) {
        try (Connection connection = source.forKey(key).getConnection()) {
          connection.setReadOnly(true);
          StubCluster.execute(connection);
        }
      }
      assertThat(scope.captureToken()).isEqualTo(Tokens.JUST_NOW);
    }
  }
}
