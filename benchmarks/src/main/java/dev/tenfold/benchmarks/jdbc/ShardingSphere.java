// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory;

/** ShardingSphere-JDBC, configured by YAML as its guide does. */
final class ShardingSphere {
  private static final String READ_WRITE =
      """
      databaseName: orders
      mode:
        type: Standalone
        repository:
          type: JDBC
      rules:
      - !SINGLE
        tables:
        - shard_0.public.account
      - !READWRITE_SPLITTING
        dataSourceGroups:
          shard_0:
            writeDataSourceName: primary_0
            readDataSourceNames: [replica_0_0, replica_0_1]
            loadBalancerName: random
        loadBalancers:
          random:
            type: RANDOM
      """;

  private static final String SHARDED =
      """
      databaseName: orders
      mode:
        type: Standalone
        repository:
          type: JDBC
      rules:
      - !SHARDING
        autoTables:
          account:
            actualDataSources: shard_0,shard_1
            shardingStrategy:
              standard:
                shardingColumn: id
                shardingAlgorithmName: modulo
        shardingAlgorithms:
          modulo:
            type: MOD
            props:
              sharding-count: 2
      - !READWRITE_SPLITTING
        dataSourceGroups:
          shard_0:
            writeDataSourceName: primary_0
            readDataSourceNames: [replica_0_0, replica_0_1]
            loadBalancerName: random
          shard_1:
            writeDataSourceName: primary_1
            readDataSourceNames: [replica_1_0, replica_1_1]
            loadBalancerName: random
        loadBalancers:
          random:
            type: RANDOM
      """;

  private ShardingSphere() {}

  static Access readWrite(Backend backend) throws SQLException {
    return open(backend, 1, READ_WRITE);
  }

  static Access sharded(Backend backend) throws SQLException {
    return open(backend, 2, SHARDED);
  }

  private static Access open(Backend backend, int shards, String yaml) throws SQLException {
    Resources resources = new Resources();
    Map<String, DataSource> pools = new HashMap<>();
    for (int shard = 0; shard < shards; shard++) {
      Pools each = Pools.over(resources.add(backend.start()), Pools.SIZE, resources);
      pools.put("primary_" + shard, each.primary);
      for (int i = 0; i < each.replicas.size(); i++) {
        pools.put("replica_" + shard + "_" + i, each.replicas.get(i));
      }
    }
    try {
      DataSource orders =
          YamlShardingSphereDataSourceFactory.createDataSource(
              pools, yaml.getBytes(StandardCharsets.UTF_8));
      resources.add((AutoCloseable) orders);
      return new Access(key -> orders.getConnection(), resources);
    } catch (IOException e) {
      throw new SQLException(e);
    }
  }
}
