// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the record of a key lives in the caller's transaction: the SPI between the protocol and one
 * kind of database. An {@link IdempotentOperation} calls {@link #find}, sets a savepoint, calls
 * {@link #claim}, runs the handler, calls {@link #complete}; or rolls back to the savepoint.
 *
 * <p>Every method works on the connection it is given, inside the transaction that is open there,
 * and neither commits, rolls back nor closes it. None of them may leave the transaction unusable,
 * unless it throws. The clock of the record is the database's.
 *
 * <p>Implementations are thread-safe and extend the published {@code
 * TransactionalIdempotencyStoreContract} in their tests.
 */
public interface TransactionalIdempotencyStore {

  /** How {@link #claim} ended. */
  enum Claim {
    /** The record is this transaction's until it ends. */
    GRANTED,
    /** Another transaction holds the claim and has not ended. */
    BUSY,
    /** A live record stands by now; {@link #find} again. */
    TAKEN
  }

  /**
   * A record that has not expired.
   *
   * @param fingerprint of the request that was executed
   * @param result what it returned; null if the record was claimed and not completed, which only
   *     the claiming transaction itself can see
   */
  record Found(Fingerprint fingerprint, @Nullable StoredResult result) {
    /**
     * Checks the components.
     *
     * @param fingerprint not null
     * @param result may be null
     */
    public Found {
      Objects.requireNonNull(fingerprint, "fingerprint");
    }
  }

  /**
   * Looks for a live record. Locks nothing and writes nothing.
   *
   * @param connection in a transaction
   * @param operation the name of the operation
   * @param key the key
   * @return the record, or empty if there is none or it has expired
   * @throws SQLException if the database refuses
   */
  Optional<Found> find(Connection connection, String operation, IdempotencyKey key)
      throws SQLException;

  /**
   * Claims the key for this transaction: at most one open transaction holds it. Rolling back the
   * transaction, or to a savepoint set before, undoes the claim.
   *
   * @param connection in a transaction
   * @param operation the name of the operation
   * @param key the key
   * @param fingerprint of the request
   * @param retention how long the record lives if it is never completed
   * @return whether the key was claimed
   * @throws SQLException if the database refuses; under REPEATABLE READ and SERIALIZABLE also with
   *     SQLState 40001 if a record was committed after the snapshot
   */
  Claim claim(
      Connection connection,
      String operation,
      IdempotencyKey key,
      Fingerprint fingerprint,
      Duration retention)
      throws SQLException;

  /**
   * Writes the result into the record that this transaction claimed.
   *
   * @param connection in the transaction that claimed
   * @param operation the name of the operation
   * @param key the key
   * @param result what to keep
   * @param retention how long the record lives from now
   * @return false if there is no claimed record to complete
   * @throws SQLException if the database refuses
   */
  boolean complete(
      Connection connection,
      String operation,
      IdempotencyKey key,
      StoredResult result,
      Duration retention)
      throws SQLException;
}
