// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** HikariCP pools of a fixed size over servers, with all other settings left at their defaults. */
final class Pools {
  static final int SIZE = 10;

  final HikariDataSource primary;
  final List<HikariDataSource> replicas;

  private Pools(HikariDataSource primary, List<HikariDataSource> replicas) {
    this.primary = primary;
    this.replicas = List.copyOf(replicas);
  }

  static Pools over(Servers servers, int size, Resources resources) {
    List<HikariDataSource> replicas = new ArrayList<>();
    for (DataSource replica : servers.replicas()) {
      replicas.add(pool("replica" + replicas.size(), replica, size, resources));
    }
    return new Pools(pool("primary", servers.primary(), size, resources), replicas);
  }

  static HikariDataSource pool(String name, DataSource source, int size, Resources resources) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(source);
    // Not used to connect: ShardingSphere reads the kind of database from it.
    config.setJdbcUrl("jdbc:postgresql://" + name + ":5432/orders");
    config.setMaximumPoolSize(size);
    return resources.add(new HikariDataSource(config));
  }
}
