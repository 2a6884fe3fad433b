// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
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
 * shard. A bulkhead of about the size of the pool stands in front of each shard, because a bulkhead
 * can clip its wait by a deadline and a pool cannot.
 */
final class Shards implements AutoCloseable {
  private static final int POOL_SIZE = 8;
  private static final int FOR_PROBES = 1;
  private static final Duration POOL_WAIT = Duration.ofSeconds(1);
  private static final Duration QUEUE_WAIT = Duration.ofMillis(500);

  private final List<DataSource> databases = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<DataSource, Pipeline> queues = new HashMap<>();
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
            .replica("standby", standby)
            .maxStaleness(Duration.ofMillis(config.maxStalenessMillis()))
            .telemetry(signals)
            .build();
    Bulkhead queue =
        Bulkhead.builder(shard, POOL_SIZE - FOR_PROBES)
            .maxWait(QUEUE_WAIT)
            .telemetry(signals)
            .build();
    queues.put(both, Pipeline.of(shard, queue));
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

  /** Runs work on a connection to the shard of a user, after a wait for a permit if need be. */
  <T extends @Nullable Object> T with(long user, Work<T> work) throws SQLException {
    DataSource database =
        sharded.forKey(user); // routed once, so that the bulkhead is that of the database
    CheckedSupplier<T, SQLException> call =
        () -> {
          try (Connection connection = database.getConnection()) {
            return work.on(connection);
          }
        };
    Pipeline queue = queues.get(database);
    if (queue == null) {
      throw new IllegalStateException("database " + database + " has no bulkhead");
    }
    return queue.call(call);
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
