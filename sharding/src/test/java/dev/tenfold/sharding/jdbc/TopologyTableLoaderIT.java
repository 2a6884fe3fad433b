// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyLoader;
import dev.tenfold.sharding.contract.TopologyLoaderContract;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;

class TopologyTableLoaderIT extends TopologyLoaderContract {
  private DataSource database;

  @BeforeEach
  void createSchema() throws SQLException {
    PostgresServer server = PostgresFixture.shared().primary();
    String name = "topology_loader_" + UUID.randomUUID().toString().replace('-', '_');
    server.createDatabase(name);
    database = server.dataSource(name);
    TopologyTable.postgres(database, "orders").createSchema();
  }

  @Override
  protected TopologyLoader loader() {
    return TopologyTable.postgres(database, "orders");
  }

  @Override
  protected void publish(Topology topology) throws SQLException {
    TopologyTable.postgres(database, "orders").publish(topology);
  }

  @Override
  protected void takeAway() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("delete from tenfold_topology");
    }
  }
}
