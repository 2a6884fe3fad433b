// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Deadline;
import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.StoredResult;
import dev.tenfold.idempotency.TransactionalIdempotencyStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the record of a key as a row of table {@code tenfold_idempotency} in PostgreSQL 12 or
 * later.
 *
 * <pre>{@code
 * var store = JdbcIdempotencyStore.postgres(dataSource);
 * store.createSchema();                                     // or run store.ddl() as a migration
 * while (store.purge(1_000) == 1_000) {}                    // from the application's scheduler
 * }</pre>
 *
 * <p><b>Guarantees.</b>
 *
 * <ul>
 *   <li>At most one open transaction holds a key, by a transaction-scoped advisory lock that is
 *       tried and never waited for. At most one committed transaction wrote the row of a key, by
 *       the primary key: if the lock failed to exclude a second transaction, the primary key would.
 *   <li>No statement leaves the caller's transaction aborted unless the method throws.
 *   <li>A replay reads one row by its primary key, and writes and locks nothing.
 *   <li>All times are the server's {@code statement_timestamp()}.
 *   <li>While a {@link Deadline} is open, the remaining time is the query timeout of every
 *       statement, rounded up to whole seconds.
 * </ul>
 *
 * <p><b>No guarantees.</b>
 *
 * <ul>
 *   <li>Nothing is guaranteed if other code writes to the table.
 *   <li>Expired rows count as absent, but remain in the table until {@link #purge} is called.
 *   <li>The number of the lock is 64 bits of SHA-256 over operation and key. If two keys have the
 *       same number, or the application takes an advisory lock with that number, a call may return
 *       an unnecessary {@code InFlight}; nothing else happens.
 *   <li>Every key that a transaction executes takes one entry of the server's lock table until the
 *       transaction ends. Thousands of keys in one transaction need a larger {@code
 *       max_locks_per_transaction}.
 * </ul>
 *
 * <p>The data source serves {@link #createSchema} and {@link #purge} only. Records are in the
 * database of the connection that {@code executeInTransaction} is given, which may be another
 * database with the same table, such as one shard of many.
 *
 * <p>Thread-safe. Every method blocks for its statements.
 */
public final class JdbcIdempotencyStore implements TransactionalIdempotencyStore {
  private static final int MAX_PURGED = 100_000;
  private static final String FIND =
      "SELECT fingerprint, state, result_kind, codec, codec_version, result"
          + " FROM tenfold_idempotency"
          + " WHERE operation = ? AND key_hash = ? AND expires_at > statement_timestamp()";
  private static final String LOCK = "SELECT pg_try_advisory_xact_lock(?)";
  // An expired row is reused. A live row is not touched: then the statement changes 0 rows.
  private static final String CLAIM =
      "INSERT INTO tenfold_idempotency AS t"
          + " (operation, key_hash, fingerprint, state, created_at, expires_at)"
          + " VALUES (?, ?, ?, 'I', statement_timestamp(),"
          + " statement_timestamp() + ? * interval '1 millisecond')"
          + " ON CONFLICT (operation, key_hash) DO UPDATE SET"
          + " fingerprint = EXCLUDED.fingerprint, state = 'I', codec = NULL,"
          + " codec_version = NULL, result_kind = NULL, result = NULL,"
          + " created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at"
          + " WHERE t.expires_at <= statement_timestamp()";
  private static final String COMPLETE =
      "UPDATE tenfold_idempotency SET state = 'C', result_kind = ?, codec = ?, codec_version = ?,"
          + " result = ?, expires_at = statement_timestamp() + ? * interval '1 millisecond'"
          + " WHERE operation = ? AND key_hash = ? AND state = 'I'";
  // The array is computed once. A sub-select with LIMIT may run again and lock more rows.
  private static final String PURGE =
      "DELETE FROM tenfold_idempotency WHERE ctid = ANY(ARRAY("
          + "SELECT ctid FROM tenfold_idempotency WHERE expires_at <= statement_timestamp()"
          + " ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED))";

  private final DataSource dataSource;

  private JdbcIdempotencyStore(DataSource dataSource) {
    this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
  }

  /**
   * Returns a store for PostgreSQL.
   *
   * @param dataSource the database of {@link #createSchema} and {@link #purge}
   * @return a new store; not connected yet
   */
  public static JdbcIdempotencyStore postgres(DataSource dataSource) {
    return new JdbcIdempotencyStore(dataSource);
  }

  /**
   * Returns the statements that create the table and its index, for a migration tool. They have no
   * effect if table and index exist.
   *
   * @return SQL statements, separated by semicolons
   */
  public String ddl() {
    try (InputStream in = JdbcIdempotencyStore.class.getResourceAsStream("postgresql.sql")) {
      return new String(
          Objects.requireNonNull(in, "postgresql.sql is missing from the jar").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Creates the table in the first schema of the search path, if it does not exist. Several
   * processes may do so at the same time.
   *
   * @throws SQLException if the database refuses
   */
  public void createSchema() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        // CREATE TABLE IF NOT EXISTS alone fails if two sessions run it at the same time.
        statement.execute(
            "SELECT pg_advisory_xact_lock(" + lockNumber("schema", new byte[0]) + ")");
        statement.execute(ddl());
        connection.commit();
      } catch (SQLException | RuntimeException failure) {
        rollBack(connection, failure);
        throw failure;
      } finally {
        connection.setAutoCommit(autoCommit);
      }
    }
  }

  /**
   * Deletes expired records, the oldest first, in a transaction of its own. The number is bounded
   * so that the transaction is short: call the method until it deletes fewer records than allowed.
   * Several processes may purge at the same time; they skip each other's rows. A call of {@code
   * executeInTransaction} with the key of a record that is being deleted waits for the end of that
   * transaction.
   *
   * @param maxRecords the maximum number of records to delete, 1 to 100,000
   * @return the number of deleted records
   * @throws SQLException if the database refuses
   * @throws IllegalArgumentException if {@code maxRecords} is out of range
   */
  public int purge(int maxRecords) throws SQLException {
    Checks.range(1, MAX_PURGED, "maxRecords of purge", maxRecords);
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepare(connection, PURGE)) {
      boolean autoCommit = connection.getAutoCommit();
      statement.setInt(1, maxRecords);
      try {
        int purged = statement.executeUpdate();
        if (!autoCommit) {
          connection.commit();
        }
        return purged;
      } catch (SQLException | RuntimeException failure) {
        if (!autoCommit) {
          rollBack(connection, failure);
        }
        throw failure;
      }
    }
  }

  private static void rollBack(Connection connection, Exception failure) {
    try {
      connection.rollback();
    } catch (SQLException second) {
      failure.addSuppressed(second);
    }
  }

  @Override
  public Optional<Found> find(Connection connection, String operation, IdempotencyKey key)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, FIND)) {
      statement.setString(1, operation);
      statement.setBytes(2, key.digest());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Fingerprint fingerprint = Fingerprint.ofStored(row.getBytes("fingerprint"));
        return Optional.of(new Found(fingerprint, result(row)));
      }
    }
  }

  private static @Nullable StoredResult result(ResultSet row) throws SQLException {
    if ("I".equals(row.getString("state"))) {
      return null;
    }
    return new StoredResult(
        StoredResult.Kind.of(row.getString("result_kind").charAt(0)),
        row.getString("codec"),
        row.getInt("codec_version"),
        row.getBytes("result"));
  }

  @Override
  public Claim claim(
      Connection connection,
      String operation,
      IdempotencyKey key,
      Fingerprint fingerprint,
      Duration retention)
      throws SQLException {
    byte[] keyHash = key.digest();
    try (PreparedStatement lock = prepare(connection, LOCK)) {
      lock.setLong(1, lockNumber(operation, keyHash));
      try (ResultSet row = lock.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          return Claim.BUSY;
        }
      }
    }
    try (PreparedStatement claim = prepare(connection, CLAIM)) {
      claim.setString(1, operation);
      claim.setBytes(2, keyHash);
      claim.setBytes(3, fingerprint.bytes());
      claim.setLong(4, retention.toMillis());
      return claim.executeUpdate() == 1 ? Claim.GRANTED : Claim.TAKEN;
    }
  }

  @Override
  public boolean complete(
      Connection connection,
      String operation,
      IdempotencyKey key,
      StoredResult result,
      Duration retention)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, COMPLETE)) {
      statement.setString(1, String.valueOf(result.kind().code()));
      statement.setString(2, result.codec());
      statement.setInt(3, result.version());
      if (result.bytes() == null) {
        statement.setNull(4, Types.BINARY);
      } else {
        statement.setBytes(4, result.bytes());
      }
      statement.setLong(5, retention.toMillis());
      statement.setString(6, operation);
      statement.setBytes(7, key.digest());
      return statement.executeUpdate() == 1;
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      Deadline deadline = Deadline.current();
      if (deadline != null) {
        // At least 1: 0 means no timeout.
        long seconds =
            Duration.ofNanos(deadline.remainingNanos()).plusNanos(999_999_999).toSeconds();
        statement.setQueryTimeout((int) Math.max(1, Math.min(seconds, Integer.MAX_VALUE)));
      }
      return statement;
    } catch (SQLException | RuntimeException failure) {
      statement.close();
      throw failure;
    }
  }

  /** Returns 64 bits of SHA-256 over the table's name, the operation and the key. */
  private static long lockNumber(String operation, byte[] keyHash) {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
    sha256.update("tenfold_idempotency\n".getBytes(StandardCharsets.UTF_8));
    sha256.update(operation.getBytes(StandardCharsets.UTF_8));
    sha256.update((byte) '\n');
    return ByteBuffer.wrap(sha256.digest(keyHash)).getLong();
  }
}
