// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * An empty database on the shared servers, and what an application has in front of it: a pool per
 * server and a {@link ReadWriteDataSource}.
 */
final class ClientDatabase implements AutoCloseable {
  static final String IN_RECOVERY = "SELECT pg_is_in_recovery()";
  static final String COUNT = "SELECT count(*) FROM booking";
  static final String READ_ONLY_TRANSACTION = "25006";
  private static final Duration SOON = Duration.ofSeconds(20);

  private final PostgresFixture servers;
  private final HikariDataSource primary;
  private final HikariDataSource standby;
  private final ReadWriteDataSource source;

  private ClientDatabase(PostgresFixture servers, boolean autoCommit) {
    this.servers = servers;
    this.primary = pool(servers.primary(), autoCommit);
    this.standby = pool(servers.standby(0), autoCommit);
    this.source =
        ReadWriteDataSource.builder("bookings")
            .primary(primary)
            .replica("r1", standby)
            .probeInterval(Duration.ofMillis(50))
            .build();
  }

  /**
   * Empties the database, creates a table {@code booking}, and waits until the standby serves
   * reads.
   *
   * @param autoCommit the default of the pools
   */
  static ClientDatabase open(PostgresFixture servers, boolean autoCommit) {
    execute(
        servers,
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
            + " CREATE TABLE booking (id bigint PRIMARY KEY, guest text NOT NULL)");
    replayed(servers);
    var database = new ClientDatabase(servers, autoCommit);
    Await.until("the standby serves reads", SOON, database::readsFromStandby);
    return database;
  }

  private static HikariDataSource pool(PostgresServer server, boolean autoCommit) {
    var config = new HikariConfig();
    config.setJdbcUrl(server.jdbcUrl());
    config.setAutoCommit(autoCommit);
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(5_000);
    return new HikariDataSource(config);
  }

  private boolean readsFromStandby() throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setReadOnly(true);
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(IN_RECOVERY)) {
        row.next();
        return row.getBoolean(1);
      } finally {
        if (!connection.getAutoCommit()) {
          connection.rollback();
        }
      }
    }
  }

  /** The data source that the client gets. */
  ReadWriteDataSource source() {
    return source;
  }

  /** The same data source, with connections that only read. */
  DataSource readOnly() {
    return source.readOnly();
  }

  /**
   * A second data source over the same pools. No replica is eligible, since its probes never run.
   */
  ReadWriteDataSource withoutReplica() {
    Executor never = task -> {};
    return ReadWriteDataSource.builder("alone")
        .primary(primary)
        .replica("r1", standby)
        .executor(never)
        .build();
  }

  /** Writes a booking past the pools, and waits until the standby has it. */
  void insertAndReplay(long id) {
    execute(servers, "INSERT INTO booking VALUES (" + id + ", 'somebody')");
    replayed();
  }

  /** The number of bookings that the primary has committed. */
  long rows() {
    return number(servers.primary(), COUNT);
  }

  /** Whether the primary has such a table. */
  boolean hasTable(String table) {
    return number(
            servers.primary(), "SELECT count(*) FROM pg_tables WHERE tablename = '" + table + "'")
        > 0;
  }

  /** Waits until the standby has replayed everything that the primary has committed. */
  void replayed() {
    replayed(servers);
  }

  private static void replayed(PostgresFixture servers) {
    long committed = number(servers.primary(), "SELECT pg_current_wal_flush_lsn() - '0/0'");
    Await.until(
        "the standby has replayed everything",
        SOON,
        () -> number(servers.standby(0), "SELECT pg_last_wal_replay_lsn() - '0/0'") >= committed);
  }

  private static void execute(PostgresFixture servers, String sql) {
    try (Connection connection = servers.primary().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException refused) {
      throw new AssertionError(sql, refused);
    }
  }

  private static long number(PostgresServer server, String sql) {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException refused) {
      throw new AssertionError(sql, refused);
    }
  }

  /** Stops the probes, asserts that every connection is back in its pool, and closes the pools. */
  @Override
  public void close() {
    source.close();
    try {
      Await.until("all connections are back in their pools", SOON, () -> inUse() == 0);
    } finally {
      primary.close();
      standby.close();
    }
  }

  private int inUse() {
    return primary.getHikariPoolMXBean().getActiveConnections()
        + standby.getHikariPoolMXBean().getActiveConnections();
  }
}
