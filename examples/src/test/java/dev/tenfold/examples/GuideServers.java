// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofSeconds;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** A primary with standbys, a table {@code orders}, and pools, for the tests of a guide. */
final class GuideServers implements AutoCloseable {
  static final Duration SOON = ofSeconds(30);
  private static final int PLACES = 4;

  private final PostgresFixture servers;
  private final List<HikariDataSource> pools = new ArrayList<>();
  private final List<ReadWriteDataSource> sources = new ArrayList<>();

  GuideServers(int standbys) {
    servers = PostgresFixture.start(standbys);
    try {
      execute(
          servers.primary().dataSource(),
          "CREATE TABLE orders (user_id bigint NOT NULL, number bigint NOT NULL)");
      for (PostgresServer standby : servers.standbys()) {
        Await.until(standby + " has the table", SOON, () -> hasTable(standby));
      }
    } catch (SQLException refused) {
      servers.close();
      throw new AssertionError(refused);
    }
  }

  private static boolean hasTable(PostgresServer server) throws SQLException {
    String tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'orders' AND 0 <= ?";
    return number(server.dataSource(), tables, 0) == 1;
  }

  PostgresServer primary() {
    return servers.primary();
  }

  PostgresServer standby(int index) {
    return servers.standby(index);
  }

  /** Closes data sources and pools, and empties the table, for the next test. */
  void reset() throws SQLException {
    closeSources();
    execute(servers.primary().dataSource(), "TRUNCATE orders");
    for (PostgresServer standby : servers.standbys()) {
      standby.resumeReplay();
      Await.until(standby + " is empty", SOON, () -> rows(standby) == 0);
    }
  }

  private static long rows(PostgresServer server) throws SQLException {
    return number(server.dataSource(), "SELECT count(*) FROM orders WHERE 0 <= ?", 0);
  }

  /** A pool of four connections, whose waits are short. */
  HikariDataSource pool(PostgresServer server) {
    return pool(server.jdbcUrl());
  }

  HikariDataSource pool(String url) {
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(PLACES);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("socketTimeout", "2");
    config.addDataSourceProperty("connectTimeout", "1");
    var pool = new HikariDataSource(config);
    pools.add(pool);
    return pool;
  }

  /** Closes a data source before its pools. */
  ReadWriteDataSource closing(ReadWriteDataSource source) {
    sources.add(source);
    return source;
  }

  /** Bounds that are short, so that a test is. */
  static ReadWriteDataSource.Builder impatient() {
    return ReadWriteDataSource.builder("orders")
        .maxStaleness(Duration.ofMillis(1500))
        .probeInterval(Duration.ofMillis(100));
  }

  static void execute(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static void placeOrder(DataSource source, long userId) throws SQLException {
    execute(source, "INSERT INTO orders VALUES (" + userId + ", 1)");
  }

  static long ordersOf(Connection connection, long userId) throws SQLException {
    return number(connection, "SELECT count(*) FROM orders WHERE user_id = ?", userId);
  }

  /** A read without a declaration. */
  static long ordersOf(DataSource source, long userId) throws SQLException {
    return number(source, "SELECT count(*) FROM orders WHERE user_id = ?", userId);
  }

  private static long number(DataSource source, String sql, long parameter) throws SQLException {
    try (Connection connection = source.getConnection()) {
      return number(connection, sql, parameter);
    }
  }

  private static long number(Connection connection, String sql, long parameter)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(1, parameter);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** The route of a declared read that was executed. */
  static RouteDecision read(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setReadOnly(true);
      ordersOf(connection, 42);
      return connection.unwrap(RouteDecision.class);
    }
  }

  /** Waits until a declared read is served by a node for a reason. */
  static void awaitRead(DataSource source, String node, RouteDecision.Reason reason) {
    RouteDecision[] last = new RouteDecision[1];
    Await.until(
        "a read is served by " + node + ", " + reason,
        SOON,
        () -> {
          last[0] = read(source);
          return last[0].node().equals(node) && last[0].reason() == reason;
        });
  }

  private void closeSources() {
    sources.forEach(ReadWriteDataSource::close);
    sources.clear();
    pools.forEach(HikariDataSource::close);
    pools.clear();
  }

  @Override
  public void close() {
    closeSources();
    servers.close();
  }
}
