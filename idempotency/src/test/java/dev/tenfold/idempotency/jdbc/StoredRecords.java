// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import dev.tenfold.idempotency.IdempotencyKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** What the contract of a store asks of its table, in PostgreSQL. */
final class StoredRecords {
  private StoredRecords() {}

  static Connection connect(DataSource dataSource) throws SQLException {
    Connection connection = dataSource.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  static void expire(Connection connection, IdempotencyKey key) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE tenfold_idempotency SET expires_at = statement_timestamp()"
                + " WHERE key_hash = ?")) {
      statement.setBytes(1, key.digest());
      statement.executeUpdate();
    }
  }

  static Duration remaining(Connection connection, IdempotencyKey key) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT extract(epoch FROM expires_at - statement_timestamp())"
                + " FROM tenfold_idempotency WHERE key_hash = ?")) {
      statement.setBytes(1, key.digest());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Duration.ofNanos((long) (row.getDouble(1) * 1e9));
      }
    }
  }
}
