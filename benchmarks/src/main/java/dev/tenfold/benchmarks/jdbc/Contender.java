// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The data sources that route, and HikariCP alone. Each opens its own servers and pools, and loads
 * no class of another.
 */
public enum Contender {
  /** HikariCP over one replica: nothing is routed. */
  HIKARI,
  /** The same, but an object of the application holds the connection, as frameworks do. */
  HIKARI_HELD,
  /** Tenfold's {@code ReadWriteDataSource}, with a bulkhead in front of each pool. */
  OURS,
  /** The same without bulkheads. */
  OURS_NO_BULKHEAD,
  /** Tenfold's {@code ShardedDataSource} over two of them. */
  OURS_SHARDED,
  /** Spring's {@code LazyConnectionDataSourceProxy} with a data source for reads. */
  SPRING_LAZY,
  /** The JDBC wrapper of AWS with the plugin {@code readWriteSplitting}, below HikariCP. */
  AWS,
  /** ShardingSphere-JDBC with read/write splitting. */
  SHARDINGSPHERE,
  /** ShardingSphere-JDBC with read/write splitting on each of two shards. */
  SHARDINGSPHERE_SHARDED;

  Access open(Backend backend) throws SQLException {
    return switch (this) {
      case HIKARI -> Hikari.replica(backend);
      case HIKARI_HELD -> Hikari.heldReplica(backend);
      case OURS -> Tenfold.readWrite(backend);
      case OURS_NO_BULKHEAD -> Tenfold.readWriteWithoutBulkheads(backend);
      case OURS_SHARDED -> Tenfold.sharded(backend);
      case SPRING_LAZY -> Spring.lazy(backend);
      case AWS -> AwsWrapper.readWrite(backend);
      case SHARDINGSPHERE -> ShardingSphere.readWrite(backend);
      case SHARDINGSPHERE_SHARDED -> ShardingSphere.sharded(backend);
    };
  }

  /** Returns whether a fork needs a longer warm-up than that of JMH. */
  boolean isSlowToWarmUp() {
    return this == SHARDINGSPHERE || this == SHARDINGSPHERE_SHARDED;
  }

  private static final class Hikari {

    static Access replica(Backend backend) throws SQLException {
      Resources resources = new Resources();
      Pools pools = Pools.over(resources.add(backend.start()), Pools.SIZE, resources);
      return new Access(key -> pools.replicas.get(0).getConnection(), resources);
    }

    static Access heldReplica(Backend backend) throws SQLException {
      Resources resources = new Resources();
      Pools pools = Pools.over(resources.add(backend.start()), Pools.SIZE, resources);
      return new Access(new Holder(pools), resources);
    }
  }

  private static final class Holder implements Access.Connector {
    private final Pools pools;
    private Connection held;

    private Holder(Pools pools) {
      this.pools = pools;
    }

    @Override
    public Connection connect(long key) throws SQLException {
      held = pools.replicas.get(0).getConnection();
      return held;
    }
  }
}
