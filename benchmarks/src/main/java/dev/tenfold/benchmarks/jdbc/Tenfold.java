// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.jdbc.NodeOptions;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** Tenfold, as its users build it. */
final class Tenfold {
  /** The options of a node as they are: a pool of HikariCP has a bulkhead in front of it. */
  static final Consumer<NodeOptions> DEFAULTS = node -> {};

  static final Consumer<NodeOptions> NO_BULKHEAD = node -> node.bulkhead(null);

  private static final List<String> SHARDS = List.of("shard0", "shard1");

  private Tenfold() {}

  static Access readWrite(Backend backend) throws SQLException {
    return readWrite(backend, DEFAULTS);
  }

  static Access readWriteWithoutBulkheads(Backend backend) throws SQLException {
    return readWrite(backend, NO_BULKHEAD);
  }

  private static Access readWrite(Backend backend, Consumer<NodeOptions> options)
      throws SQLException {
    Resources resources = new Resources();
    Servers servers = resources.add(backend.start());
    ReadWriteDataSource orders =
        resources.add(builder(servers, Pools.SIZE, options, resources).build());
    return new Access(key -> orders.getConnection(), resources);
  }

  static ReadWriteDataSource readWrite(Servers servers, int poolSize, Resources resources) {
    return resources.add(builder(servers, poolSize, DEFAULTS, resources).build());
  }

  /** Begins a data source over pools, with the same options for each node. */
  static ReadWriteDataSource.Builder builder(
      Servers servers, int poolSize, Consumer<NodeOptions> options, Resources resources) {
    Pools pools = Pools.over(servers, poolSize, resources);
    ReadWriteDataSource.Builder orders =
        ReadWriteDataSource.builder("orders")
            .primary(pools.primary, options)
            .lagProbe(servers.lagProbe());
    for (int i = 0; i < pools.replicas.size(); i++) {
      orders.replica("replica" + i, pools.replicas.get(i), options);
    }
    return orders;
  }

  static Access sharded(Backend backend) throws SQLException {
    Resources resources = new Resources();
    Map<ShardId, DataSource> shards = new HashMap<>();
    Topology.Builder topology = Topology.builder("orders");
    for (String shard : SHARDS) {
      topology.shard(shard, 1);
      shards.put(
          new ShardId(shard), readWrite(resources.add(backend.start()), Pools.SIZE, resources));
    }
    ShardedDataSource orders =
        ShardedDataSource.builder(ShardRouter.of(TopologySource.of(topology.build())), shards::get)
            .build();
    return new Access(key -> orders.forKey(key).getConnection(), resources);
  }
}
