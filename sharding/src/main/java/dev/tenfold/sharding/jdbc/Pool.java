// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A pool of a node: its data source, and what can be known of it. Of a pool of unknown type this is
 * nothing; {@link HikariPool} knows more.
 */
class Pool {
  final DataSource dataSource;

  Pool(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  final Connection borrow() throws SQLException {
    Connection connection = dataSource.getConnection();
    if (connection == null) {
      throw new SQLException("the data source returned null", "08001");
    }
    return connection;
  }

  /** Returns the object that stays the same when the pool lends a connection again. */
  Object physical(Connection borrowed) {
    return PostgresDriver.physical(borrowed);
  }

  /** Returns the largest number of connections; 0 if it is unknown. */
  int size() {
    return 0;
  }

  /** Returns the longest wait for a connection; null if it is unknown. */
  @Nullable Duration maxWait() {
    return null;
  }

  /** Returns how many threads wait for a connection; 0 if it is unknown. */
  int waiting() {
    return 0;
  }

  /** Returns how many connections are in use; -1 if it is unknown. */
  int active() {
    return -1;
  }

  /** Returns the auto-commit mode in which connections are borrowed; null if it is unknown. */
  @Nullable Boolean autoCommit() {
    return null;
  }

  /**
   * Returns how long a connection may be held before the pool reports a leak; null if it never
   * does.
   */
  @Nullable Duration leakLimit() {
    return null;
  }

  /** Returns why the pool cannot be that of one node; null if no reason is visible. */
  @Nullable String objection() {
    return null;
  }

  /** Lets the pool close its connections: the idle ones now, the others when they are returned. */
  void evictSoftly() {}

  /** Returns whether connections are SERIALIZABLE unless they are set otherwise. */
  boolean isSerializable() {
    return false;
  }

  /** Gives back a connection that must not be used again: the pool would lend a live one. */
  void discard(Connection connection) throws SQLException {
    try (connection) {
      connection.unwrap(Connection.class).abort(Runnable::run);
    }
  }
}
