// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.SQLException;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/** Spring's lazy proxy. It takes one data source for reads, so that one replica gets all. */
final class Spring {

  private Spring() {}

  static Access lazy(Backend backend) throws SQLException {
    Resources resources = new Resources();
    Pools pools = Pools.over(resources.add(backend.start()), Pools.SIZE, resources);
    LazyConnectionDataSourceProxy proxy = new LazyConnectionDataSourceProxy(pools.primary);
    proxy.setReadOnlyDataSource(pools.replicas.get(0));
    proxy.afterPropertiesSet();
    return new Access(key -> proxy.getConnection(), resources);
  }
}
