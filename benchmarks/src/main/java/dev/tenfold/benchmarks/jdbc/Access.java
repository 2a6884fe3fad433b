// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.testkit.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/** The operations, the same for all contenders, over the connections of one contender. */
final class Access implements AutoCloseable {
  static final int KEYS = 1024;

  private static final String UPDATE = "UPDATE account SET balance = balance + 1 WHERE id = ?";
  private static final String QUERY = "SELECT balance FROM account WHERE id = ?";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Connector connector;
  private final Resources resources;

  Access(Connector connector, Resources resources) {
    this.connector = connector;
    this.resources = resources;
  }

  /** Connects to the servers that have a key. */
  interface Connector {
    Connection connect(long key) throws SQLException;
  }

  /** Waits until a replica serves reads, as it does in a process that has run for a while. */
  Access ready() {
    Await.until("a replica serves reads", SOON, this::isOnReplica);
    return this;
  }

  /** Returns whether a replica serves a read that is declared as the measured ones are. */
  boolean isOnReplica() throws SQLException {
    try (Connection connection = connector.connect(0)) {
      connection.setReadOnly(true);
      try (PreparedStatement statement = connection.prepareStatement(StubCatalogue.ROLE);
          ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Borrows a connection, reads a row, and returns the connection. */
  long read(long key) throws SQLException {
    try (Connection connection = connector.connect(key)) {
      connection.setReadOnly(true);
      return query(connection, key);
    }
  }

  /** The same in a transaction. */
  long readInTransaction(long key) throws SQLException {
    try (Connection connection = connector.connect(key)) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      long balance = query(connection, key);
      connection.commit();
      return balance;
    }
  }

  /** Borrows a connection, writes a row in a transaction, and returns the connection. */
  void write(long key) throws SQLException {
    try (Connection connection = connector.connect(key)) {
      connection.setAutoCommit(false);
      try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
        statement.setLong(1, key);
        statement.executeUpdate();
      }
      connection.commit();
    }
  }

  /** Borrows a connection and returns it unused. */
  boolean borrow(long key) throws SQLException {
    Connection connection = connector.connect(key);
    connection.close();
    return connection.isClosed();
  }

  private static long query(Connection connection, long key) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setLong(1, key);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public void close() {
    resources.close();
  }
}
