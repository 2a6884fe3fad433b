// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tenfold.sharding.HotKeys;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.sql.Connection;
import java.sql.JDBCType;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKey;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class ShardedDataSourceTest {
  private final ShardRouter router =
      ShardRouter.of(
          TopologySource.of(Topology.builder("t").shard("s0", 1).shard("s1", 1).build()));
  private final Map<ShardId, StubPool> pools = new HashMap<>();
  private final Map<ShardId, DataSource> sources = new HashMap<>();
  private final ShardedDataSource sharded = ShardedDataSource.builder(router, sources::get).build();

  ShardedDataSourceTest() {
    for (ShardId shard : router.topology().shards()) {
      StubPool pool = new StubPool(shard.value());
      pools.put(shard, pool);
      sources.put(shard, pool.dataSource());
    }
  }

  @Test
  void forKey_anyKind_isTheShardOfTheRouter() {
    UUID uuid = new UUID(7, 7);
    for (long key = 0; key < 100; key++) {
      assertThat(sharded.forKey(key)).isSameAs(sources.get(router.route(key)));
      assertThat(sharded.forKey("k" + key)).isSameAs(sources.get(router.route("k" + key)));
    }
    assertThat(sharded.forKey(uuid)).isSameAs(sources.get(router.route(uuid)));
    assertThat(sharded.forKey((Object) 7)).isSameAs(sources.get(router.route(7)));
    assertThat(sharded.forKey(new byte[] {7})).isSameAs(sources.get(router.route(new byte[] {7})));
  }

  @Test
  void forKey_observedByHotKeys_isTheSameAndCounted() {
    HotKeys routes = HotKeys.observing(router).sampleEvery(1).build();
    ShardedDataSource observed = ShardedDataSource.builder(routes, sources::get).build();
    for (Object key : new Object[] {7L, "seven", new byte[] {7}, new UUID(7, 7)}) {
      assertThat(observed.forKey(key)).isSameAs(sharded.forKey(key));
    }
    assertThat(observed.forKey(7)).isSameAs(sharded.forKey(7));
    assertThat(observed.forKey("seven")).isSameAs(sharded.forKey("seven"));

    assertThat(routes.samples().counted()).isEqualTo(6);
  }

  @Test
  void forKey_null_isRefused() {
    String none = null;
    assertThatNullPointerException().isThrownBy(() -> sharded.forKey(none));
  }

  /** As lenientFallback of AbstractRoutingDataSource, which takes a default for an unknown key. */
  @Test
  void forKey_shardWithoutDataSource_isRefusedWithItsName() {
    ShardId shard = router.route(1);
    sources.remove(shard);
    assertThatIllegalStateException()
        .isThrownBy(() -> sharded.forKey(1))
        .withMessageContaining(shard.value());
  }

  @Test
  void getConnection_withoutKey_isRefused() {
    assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
        .isThrownBy(sharded::getConnection)
        .withMessageContaining("forKey(key)");
    assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
        .isThrownBy(() -> sharded.getConnection("u", "p"));
  }

  @Test
  void connectionBuilder_withKey_connectsToItsShard() throws SQLException {
    ShardingKey key = sharded.createShardingKeyBuilder().subkey(42, JDBCType.INTEGER).build();
    try (Connection connection =
        sharded
            .createConnectionBuilder()
            .user(null)
            .password(null)
            .shardingKey(key)
            .superShardingKey(null)
            .build()) {
      assertThat(connection.unwrap(StubPool.class)).isSameAs(pools.get(router.route(42L)));
    }
    assertThat(key)
        .isEqualTo(sharded.createShardingKeyBuilder().subkey(42, JDBCType.INTEGER).build());
  }

  @Test
  void connectionBuilder_withoutAUsableKey_isRefused() throws SQLException {
    ShardingKey fine = sharded.createShardingKeyBuilder().subkey(1L, JDBCType.BIGINT).build();
    ShardingKey foreign = new ShardingKey() {};
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> sharded.createConnectionBuilder().build())
        .withMessageContaining("needs a key");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> sharded.createConnectionBuilder().shardingKey(foreign).build())
        .withMessageContaining("createShardingKeyBuilder");
    assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
        .isThrownBy(() -> sharded.createConnectionBuilder().shardingKey(fine).user("u").build());
    assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
        .isThrownBy(() ->
            sharded.createConnectionBuilder().shardingKey(fine).superShardingKey(fine).build());
  }

  @Test
  void keyBuilder_notExactlyOneSubkey_isRefused() {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> sharded.createShardingKeyBuilder().build());
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() ->
            sharded
                .createShardingKeyBuilder()
                .subkey(1, JDBCType.INTEGER)
                .subkey(2, JDBCType.INTEGER)
                .build())
        .withMessageContaining("2");
  }

  @Test
  void keyBuilder_subkeyWithoutAStableHash_isRefused() {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> sharded.createShardingKeyBuilder().subkey(1.5, JDBCType.DOUBLE).build())
        .withMessageContaining("Double");
  }
}
