// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** The servers that the contract of a lag probe asks for, as PostgreSQL. */
final class ProbedServers implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final PostgresFixture servers = PostgresFixture.start(2);

  ProbedServers() {
    try {
      run(primary(), "create table t (id bigint generated always as identity)");
      run(promoted(), "select pg_promote()");
    } catch (SQLException failure) {
      servers.close();
      throw new IllegalStateException(failure);
    }
  }

  DataSource primary() {
    return servers.primary().dataSource();
  }

  DataSource replica() {
    return servers.standby(0).dataSource();
  }

  DataSource promoted() {
    return servers.standby(1).dataSource();
  }

  DataSource stranger() {
    return PostgresFixture.shared().primary().dataSource();
  }

  void write() throws SQLException {
    run(primary(), "set synchronous_commit = off", "insert into t default values");
  }

  void pauseReplay() {
    servers.standby(0).pauseReplay();
  }

  void resumeReplay() {
    servers.standby(0).resumeReplay();
  }

  /** What is on the primary's disk is sent; a commit that waits for the disk puts it there. */
  void awaitReceived() {
    Await.until(
        "the replica has received what was written",
        LIMIT,
        () -> {
          run(primary(), "insert into t default values");
          String written = text(primary(), "select pg_current_wal_flush_lsn()");
          String received = "select pg_last_wal_receive_lsn() >= '" + written + "'::pg_lsn";
          return "t".equals(text(replica(), received));
        });
  }

  void run(DataSource dataSource, String... sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private static String text(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  @Override
  public void close() {
    servers.close();
  }
}
