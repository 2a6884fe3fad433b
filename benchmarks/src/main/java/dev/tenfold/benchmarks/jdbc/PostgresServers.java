// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe;
import dev.tenfold.sharding.jdbc.PostgresLagProbe;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/** A PostgreSQL primary and its standbys on this machine, with a table of accounts. */
final class PostgresServers implements Servers {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String FILL =
      "CREATE TABLE account AS SELECT id::bigint AS id, id::bigint AS balance"
          + " FROM generate_series(0, "
          + (Access.KEYS - 1)
          + ") AS id; ALTER TABLE account ADD PRIMARY KEY (id)";

  private final PostgresFixture fixture;

  private PostgresServers(PostgresFixture fixture) {
    this.fixture = fixture;
  }

  static PostgresServers start(int standbys) throws SQLException {
    PostgresFixture fixture = PostgresFixture.start(standbys);
    try (Connection connection = fixture.primary().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(FILL);
    }
    PostgresServers servers = new PostgresServers(fixture);
    Await.until("the standbys have the table", SOON, servers::areFilled);
    return servers;
  }

  private boolean areFilled() throws SQLException {
    for (PostgresServer standby : fixture.standbys()) {
      if (!isFilled(standby)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFilled(PostgresServer standby) throws SQLException {
    try (Connection connection = standby.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(*) FROM pg_indexes WHERE tablename = 'account'")) {
      return row.next() && row.getInt(1) == 1;
    }
  }

  @Override
  public DataSource primary() {
    return fixture.primary().dataSource();
  }

  @Override
  public List<DataSource> replicas() {
    return fixture.standbys().stream().map(PostgresServer::dataSource).toList();
  }

  @Override
  public LagProbe lagProbe() {
    return new PostgresLagProbe();
  }

  @Override
  public void close() {
    fixture.close();
  }
}
