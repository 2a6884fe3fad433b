// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.StoredResult;
import dev.tenfold.idempotency.TransactionalIdempotencyStore;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Claim;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.ThrowingSupplier;

/** A store, a new key, and two transactions of its database that are open at the same time. */
abstract class TwoTransactions {
  static final Duration AT_ONCE = Duration.ofSeconds(5);
  static final Duration RETENTION = Duration.ofHours(1);
  static final Fingerprint BODY = Fingerprint.of(new byte[] {1});
  static final StoredResult RESULT =
      new StoredResult(StoredResult.Kind.VALUE, "bytes", 3, new byte[] {1, 0, -1});
  static final String USABLE = "a method that returns leaves the transaction usable";

  final IdempotencyKey key = newKey();
  final List<Connection> connections = new ArrayList<>();
  TransactionalIdempotencyStore store;
  Connection one;
  Connection two;

  /**
   * Returns the store under test, with its table created.
   *
   * @return the store
   * @throws SQLException if it cannot be made
   */
  protected abstract TransactionalIdempotencyStore store() throws SQLException;

  /**
   * Opens a connection to the store's database.
   *
   * @return a new connection, with auto-commit off
   * @throws SQLException if it cannot be opened
   */
  protected abstract Connection connect() throws SQLException;

  /**
   * Makes the record of the key expire now.
   *
   * @param connection in a transaction, which the caller commits
   * @param key the key
   * @throws SQLException if it cannot
   */
  protected abstract void expire(Connection connection, IdempotencyKey key) throws SQLException;

  /**
   * Returns how long the record of a key will live, by the clock of the store.
   *
   * @param connection in a transaction that sees the record
   * @param key the key
   * @return the rest of its retention
   * @throws SQLException if it cannot be read
   */
  protected abstract Duration remaining(Connection connection, IdempotencyKey key)
      throws SQLException;

  @BeforeEach
  final void open() throws SQLException {
    store = store();
    one = newConnection();
    two = newConnection();
  }

  /** Aborts: a thread that waits in the driver must not keep the next test waiting. */
  @AfterEach
  final void close() throws SQLException {
    for (Connection connection : connections) {
      connection.abort(Runnable::run);
    }
  }

  Connection newConnection() throws SQLException {
    Connection connection = connect();
    connections.add(connection);
    return connection;
  }

  static IdempotencyKey newKey() {
    return IdempotencyKey.of("tenant", UUID.randomUUID().toString());
  }

  /** Does what a store does at once, or fails after five seconds with the duty. */
  static <T> T atOnce(String duty, ThrowingSupplier<T> call) {
    return assertTimeoutPreemptively(AT_ONCE, call, duty);
  }

  Claim claim(Connection connection) throws SQLException {
    return claim(connection, "op", key);
  }

  Claim claim(Connection connection, String operation, IdempotencyKey key) throws SQLException {
    return store.claim(connection, operation, key, BODY, RETENTION);
  }

  void assertGranted(String duty, Connection connection) {
    assertThat(atOnce(duty, () -> claim(connection))).as(duty).isEqualTo(Claim.GRANTED);
  }

  boolean complete(Connection connection, StoredResult result) throws SQLException {
    return store.complete(connection, "op", key, result, RETENTION);
  }

  void executeAndCommit(Connection connection, StoredResult result) throws SQLException {
    assertGranted("a key that nobody holds is granted", connection);
    assertThat(complete(connection, result)).as("a claimed record is completed").isTrue();
    connection.commit();
  }

  static void assertUsable(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 1")) {
      assertThat(row.next()).as(USABLE).isTrue();
    } catch (SQLException refused) {
      throw new AssertionError(USABLE, refused);
    }
  }
}
