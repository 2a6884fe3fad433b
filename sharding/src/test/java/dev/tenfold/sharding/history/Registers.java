// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.history.Event.Failed;
import dev.tenfold.sharding.history.Event.Outcome;
import dev.tenfold.sharding.history.Event.Read;
import dev.tenfold.sharding.history.Event.Write;
import dev.tenfold.sharding.jdbc.RouteDecision;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/** The registers in PostgreSQL, and the operations on them that a history is made of. */
final class Registers {
  static final int COUNT = 24;

  private Registers() {}

  private static long now() {
    return TimeSource.system().nanoTime();
  }

  static void create(DataSource primary) throws SQLException {
    try (Connection connection = primary.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table register (id int primary key, version bigint not null)"
              + " with (fillfactor = 20)");
      statement.execute(
          "insert into register select id, 1 from generate_series(0, " + (COUNT - 1) + ") id");
    }
  }

  /** Returns the versions that a server has, past the data source. */
  static Map<Integer, Long> versions(DataSource server) throws SQLException {
    Map<Integer, Long> versions = new HashMap<>();
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select id, version from register")) {
      while (rows.next()) {
        versions.put(rows.getInt(1), rows.getLong(2));
      }
    }
    return versions;
  }

  private static String node(Connection connection) throws SQLException {
    return connection.unwrap(RouteDecision.class).node();
  }

  /** Reads on a connection that was bound before. */
  static Read read(long scope, long bound, long begin, Connection connection, int... registers)
      throws SQLException {
    StringBuilder ids = new StringBuilder();
    for (int register : registers) {
      ids.append(ids.isEmpty() ? "" : ",").append(register);
    }
    Map<Integer, Long> versions = new HashMap<>();
    boolean standby = false;
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select id, version, pg_is_in_recovery() from register where id in ("
                    + ids
                    + ")")) {
      while (rows.next()) {
        versions.put(rows.getInt(1), rows.getLong(2));
        standby = rows.getBoolean(3);
      }
    }
    return new Read(scope, bound, begin, now(), node(connection), standby, versions);
  }

  /** Reads on a connection of its own, in auto-commit mode or in a transaction. */
  static Event read(long scope, DataSource dataSource, int[] registers, boolean transaction) {
    long bound = now();
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      if (transaction) {
        connection.setAutoCommit(false);
      }
      Read read = read(scope, bound, bound, connection, registers);
      if (transaction) {
        connection.commit();
      }
      return read;
    } catch (SQLException failure) {
      return new Failed(scope, now());
    }
  }

  static Event write(long scope, DataSource dataSource, int[] registers) {
    return write(scope, dataSource, registers, () -> {});
  }

  /** Writes in a transaction, in which something else happens before its commit. */
  static Event write(long scope, DataSource dataSource, int[] registers, Runnable before) {
    Map<Integer, Long> versions = new HashMap<>();
    long begin = 0;
    String node = "";
    Outcome outcome = Outcome.FAILED;
    long end = 0;
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        for (int register : registers) {
          versions.put(register, increment(statement, register));
        }
      }
      node = node(connection);
      before.run();
      begin = now();
      outcome = Outcome.UNKNOWN;
      connection.commit();
      outcome = Outcome.ACKNOWLEDGED;
      end = now();
    } catch (SQLException failure) {
      end = end == 0 ? now() : end; // a commit that returned stays acknowledged
    }
    return begin == 0
        ? new Failed(scope, end)
        : new Write(scope, begin, end, node, outcome, versions);
  }

  private static long increment(Statement statement, int register) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "update register set version = version + 1 where id = "
                + register
                + " returning version")) {
      row.next();
      return row.getLong(1);
    }
  }
}
