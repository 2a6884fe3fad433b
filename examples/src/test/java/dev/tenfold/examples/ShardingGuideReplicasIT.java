// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static dev.tenfold.examples.GuideServers.awaitRead;
import static dev.tenfold.examples.GuideServers.ordersOf;
import static dev.tenfold.examples.GuideServers.placeOrder;
import static dev.tenfold.examples.GuideServers.read;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import dev.tenfold.sharding.jdbc.Tokens;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guide to sharding says of replicas: shards that have a primary and a standby each. */
@Timeout(120)
class ShardingGuideReplicasIT {
  private final GuideServers first = new GuideServers(1);
  private final GuideServers second = new GuideServers(1);
  private final HikariDataSource primary0 = first.pool(first.primary());
  private final HikariDataSource standby0 = first.pool(first.standby(0));
  private final HikariDataSource primary1 = second.pool(second.primary());
  private final HikariDataSource standby1 = second.pool(second.standby(0));
  private final ShardRouter router =
      ShardRouter.of(
          TopologySource.of(
              Topology.builder("orders").shard("s0", 1000).shard("s1", 1000).build()));

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  @Test
  void shards_withReplicas_shareAScope() throws SQLException {
    long userId = 42;
    String cookie = null;
    List<Long> report = new ArrayList<>();

    var s0 = ReadWriteDataSource.builder("s0").primary(primary0).replica("r1", standby0).build();
    var s1 = ReadWriteDataSource.builder("s1").primary(primary1).replica("r1", standby1).build();
    Map<ShardId, ReadWriteDataSource> shards = Map.of(new ShardId("s0"), s0, new ShardId("s1"), s1);
    var orders = ShardedDataSource.builder(router, shards::get).build();
    try (ConsistencyScope scope = orders.openScope(cookie)) {
      placeOrder(orders.forKey(userId), userId); // on the primary of the shard
      report.add(ReadIntent.REPLICA.call(() -> ordersOf(orders.forKey(userId), userId))); // has it
      cookie = scope.captureToken();
    }

    assertThat(report).containsExactly(1L);
    assertThat(cookie).isNotNull().isNotEqualTo(Tokens.JUST_NOW);
    first.closing(s0);
    second.closing(s1);
    awaitRead(s0, "r1", Reason.REPLICA);
    awaitRead(s1, "r1", Reason.REPLICA);
    tokenOfAnotherShardCountsAsJustNow(s0, s1);
  }

  private void tokenOfAnotherShardCountsAsJustNow(ReadWriteDataSource s0, ReadWriteDataSource s1)
      throws SQLException {
    String token;
    try (ConsistencyScope scope = s0.openScope()) {
      placeOrder(s0, 1);
      token = scope.captureToken();
    }
    second.standby(0).pauseReplay();
    placeOrder(primary1, 1);
    try (ConsistencyScope scope = s1.openScope(token)) {
      assertThat(read(s1).node()).isEqualTo("primary");
      assertThat(ordersOf(s1.readOnly(), 1)).isEqualTo(1);
    }
    second.standby(0).resumeReplay();
  }
}
