// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * A data source over pools of real servers: "primary", "r1" and "r2" of a fixture with two
 * standbys. The table {@code note} is empty. To close it is a test for leaks.
 */
final class RealCluster implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(20);

  /** Far below the time that a pool waits for a connection. */
  static final Duration QUICKLY = Duration.ofSeconds(4);

  final PostgresFixture servers;
  final Map<String, HikariDataSource> pools = new LinkedHashMap<>();
  final ReadWriteDataSource dataSource;

  private RealCluster(PostgresFixture servers, Options options) {
    this.servers = servers;
    var builder =
        ReadWriteDataSource.builder("orders")
            .primary(pool("primary", servers.primary(), options))
            .maxStaleness(Duration.ofSeconds(5))
            .probeInterval(Duration.ofMillis(100));
    for (int i = 0; i < servers.standbys().size(); i++) {
      String id = "r" + (i + 1);
      HikariDataSource pool = pool(id, servers.standby(i), options);
      if (options.candidates) {
        builder.candidate(id, pool);
      } else {
        builder.replica(id, pool);
      }
    }
    dataSource = options.builder.apply(builder).build();
  }

  /** What differs from the usual cluster. */
  static final class Options {
    private boolean candidates;
    private Consumer<HikariConfig> pool = config -> {};
    private final Map<String, String> urls = new HashMap<>();
    private UnaryOperator<ReadWriteDataSource.Builder> builder = before -> before;

    Options candidates() {
      candidates = true;
      return this;
    }

    Options pool(Consumer<HikariConfig> change) {
      pool = change;
      return this;
    }

    /** Lets a node reach its server by another URL, for example through a proxy. */
    Options url(String id, String url) {
      urls.put(id, url);
      return this;
    }

    Options builder(UnaryOperator<ReadWriteDataSource.Builder> change) {
      builder = change;
      return this;
    }
  }

  static RealCluster open(PostgresFixture servers) throws SQLException {
    return open(servers, options -> options);
  }

  /** Opens a cluster whose standbys have replayed the table, and serve reads. */
  static RealCluster open(PostgresFixture servers, UnaryOperator<Options> change)
      throws SQLException {
    createTable(servers.primary());
    RealCluster cluster = openUnready(servers, change);
    try {
      cluster.awaitAllReplicas();
      return cluster;
    } catch (RuntimeException | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  /** Opens a cluster whose servers may be in any state. */
  static RealCluster openUnready(PostgresFixture servers, UnaryOperator<Options> change) {
    return new RealCluster(servers, change.apply(new Options()));
  }

  static void createTable(PostgresServer primary) throws SQLException {
    run(
        primary,
        "drop table if exists note",
        "create table note (id int primary key, version bigint not null default 0)");
  }

  private HikariDataSource pool(String id, PostgresServer server, Options options) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(id);
    config.setJdbcUrl(options.urls.getOrDefault(id, server.jdbcUrl()));
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(10_000);
    config.setValidationTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    options.pool.accept(config);
    HikariDataSource pool = new HikariDataSource(config);
    pools.put(id, pool);
    return pool;
  }

  // Reads and writes.

  /** Returns a connection that was declared for reading. */
  Connection reader() throws SQLException {
    Connection connection = dataSource.getConnection();
    connection.setReadOnly(true);
    return connection;
  }

  /** Reads, and returns the node that served the read. */
  String read() throws SQLException {
    try (Connection connection = reader()) {
      text(connection, "select 1");
      return node(connection);
    }
  }

  /** Returns the version of a row as a read sees it; -1 without the row. */
  long version(int id) throws SQLException {
    try (Connection connection = reader()) {
      return version(connection, id);
    }
  }

  static long version(Connection connection, int id) throws SQLException {
    String version = text(connection, "select version from note where id = " + id);
    return version == null ? -1 : Long.parseLong(version);
  }

  /** Sets the version of a row in auto-commit mode, and returns the node that did. */
  String write(int id, long version) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      write(connection, id, version);
      return node(connection);
    }
  }

  static void write(Connection connection, int id, long version) throws SQLException {
    run(
        connection,
        "insert into note values (%s, %s) on conflict (id) do update set version = %s"
            .formatted(id, version, version));
  }

  static String node(Connection connection) throws SQLException {
    return connection.unwrap(RouteDecision.class).node();
  }

  static Reason reason(Connection connection) throws SQLException {
    return connection.unwrap(RouteDecision.class).reason();
  }

  // SQL.

  static void run(Connection connection, String... sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  /** Runs statements past the pools. */
  static void run(PostgresServer server, String... sql) throws SQLException {
    try (Connection connection = server.dataSource().getConnection()) {
      run(connection, sql);
    }
  }

  /** Returns the first value; null without a row. */
  static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : null;
    }
  }

  /** Asks past the pools. */
  static String text(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource().getConnection()) {
      return text(connection, sql);
    }
  }

  /** Returns the SQLState with which a call is refused; "00000" if it is not. */
  static String stateOf(ThrowingCallable call) {
    try {
      call.call();
      return "00000";
    } catch (SQLException refused) {
      return refused.getSQLState();
    } catch (Throwable other) {
      throw new AssertionError(other);
    }
  }

  // Waits.

  /** Waits until every standby may serve reads. */
  void awaitAllReplicas() {
    Await.until(
        "all replicas are eligible: " + dataSource,
        SOON,
        () -> {
          RouteDecision now = dataSource.explain();
          if (!now.rejected().isEmpty() || now.reason() != Reason.REPLICA) {
            throw new IllegalStateException(now.toString());
          }
          return true;
        });
  }

  /** Waits until reads get a reason. */
  void awaitReason(Reason reason) {
    Await.until(
        "reads are routed by " + reason,
        SOON,
        () -> {
          RouteDecision now = dataSource.explain();
          if (now.reason() != reason) {
            throw new IllegalStateException(now.toString());
          }
          return true;
        });
  }

  /** Waits until a node takes writes. */
  void awaitWritesOn(String node) {
    Await.until("node " + node + " takes writes", SOON, () -> write(0, 0).equals(node));
  }

  /** Waits until a standby has replayed what its primary has on its disk. */
  static void awaitReplay(PostgresServer primary, PostgresServer standby) throws SQLException {
    String flushed = text(primary, "select pg_current_wal_flush_lsn()");
    Await.until(
        standby + " has replayed " + flushed,
        SOON,
        () -> "t".equals(text(standby, "select pg_last_wal_replay_lsn() >= '" + flushed + "'")));
  }

  int active() {
    return pools.values().stream()
        .mapToInt(pool -> pool.getHikariPoolMXBean().getActiveConnections())
        .sum();
  }

  /** Stops the probes; every connection must come back to its pool. Then closes the pools. */
  @Override
  public void close() {
    dataSource.close();
    try {
      Await.until("all connections are back: " + pools.keySet(), SOON, () -> active() == 0);
    } finally {
      pools.values().forEach(HikariDataSource::close);
    }
  }
}
