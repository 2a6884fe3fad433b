// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The databases: a pool per server, a read/write split per shard, and the router from user to
 * shard. The standby of a shard takes over the writes if it is promoted. The bulkheads in front of
 * the pools, which end a wait at the deadline of the request, are those of the read/write split.
 */
final class Shards implements AutoCloseable {
  private static final int POOL_SIZE = 8;
  private static final Duration POOL_WAIT = Duration.ofSeconds(1);

  private final List<DataSource> databases = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final ShardedDataSource sharded;

  Shards(InstanceConfig config, ShardRouter router, Signals signals) {
    Map<String, ReadWriteDataSource> shards = new HashMap<>();
    config.shards().forEach((name, at) -> shards.put(name, connect(config, name, at, signals)));
    this.sharded =
        ShardedDataSource.builder(router, (ShardId shard) -> shards.get(shard.toString())).build();
  }

  private ReadWriteDataSource connect(
      InstanceConfig config, String shard, InstanceConfig.Shard at, Signals signals) {
    HikariDataSource primary = pool(shard + " primary", at.primaryUrl(), signals);
    HikariDataSource standby = pool(shard + " standby", at.standbyUrl(), signals);
    ReadWriteDataSource both =
        ReadWriteDataSource.builder(shard)
            .primary(primary)
            .candidate("standby", standby)
            .maxStaleness(Duration.ofMillis(config.maxStalenessMillis()))
            .telemetry(signals)
            .build();
    databases.add(both);
    open.add(both);
    open.add(primary);
    open.add(standby);
    return both;
  }

  private static HikariDataSource pool(String name, String url, Signals signals) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(POOL_SIZE);
    config.setConnectionTimeout(POOL_WAIT.toMillis());
    HikariDataSource pool = new HikariDataSource(config);
    HikariPoolMXBean numbers = pool.getHikariPoolMXBean();
    signals.read("saturation." + name, () -> numbers.getActiveConnections() / (double) POOL_SIZE);
    signals.read("waiting." + name, numbers::getThreadsAwaitingConnection);
    return pool;
  }

  /** Returns any of the databases, all of which have the same tables. */
  DataSource any() {
    return databases.get(0);
  }

  /**
   * Opens a scope over all shards on this thread, in which a user sees what the token covers.
   *
   * @param token from the answer to an earlier request of the user; null if there is none
   */
  ConsistencyScope openScope(@Nullable String token) {
    return sharded.openScope(token);
  }

  /** Runs work on a connection to the shard of a user. */
  <T extends @Nullable Object> T with(long user, Work<T> work) throws SQLException {
    try (Connection connection = sharded.forKey(user).getConnection()) {
      return work.on(connection);
    }
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }

  /** Work on a connection. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }
}
