// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the record of a key in the caller's transaction: the SPI for one kind of
 * database. An {@link IdempotentOperation} calls {@link #find}, sets a savepoint, calls {@link
 * #claim}, runs the handler and calls {@link #complete}. If a step fails, it rolls back to the
 * savepoint.
 *
 * <p><b>Guarantees.</b> Of an implementation:
 *
 * <ul>
 *   <li>It is thread-safe.
 *   <li>Every method works on the given connection, in the transaction that is open there, and
 *       neither commits, rolls back nor closes the connection.
 *   <li>A method that returns leaves the transaction usable, and what the caller did in it intact.
 *   <li>A record is found by its operation, tenant and key, compared exactly.
 *   <li>The retention that is given is the one that holds: the claim's until completion, then the
 *       completion's, counted from then. An uncompleted record whose transaction has committed
 *       keeps the key until its retention ends.
 *   <li>The clock of the record is the clock of the database.
 *   <li>Its tests extend the published {@code TransactionalIdempotencyStoreContract}.
 * </ul>
 *
 * <p><b>No guarantees.</b> A method that threw may leave the transaction unusable: the caller rolls
 * back.
 */
public interface TransactionalIdempotencyStore {

  /** The outcome of {@link #claim}. */
  enum Claim {
    /** This transaction holds the key until the transaction ends. */
    GRANTED,
    /** Another open transaction holds the key. */
    BUSY,
    /** There is a live record by now: call {@link #find} again. */
    TAKEN
  }

  /**
   * A record that has not expired.
   *
   * @param fingerprint the fingerprint of the request that was executed
   * @param result the result of the handler; null if the record is claimed and not completed, which
   *     normally only the claiming transaction sees
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
   * Returns the live record of a key. Locks nothing and writes nothing.
   *
   * @param connection a connection in a transaction
   * @param operation the name of the operation
   * @param key the key
   * @return the record, or empty if there is none or it has expired
   * @throws SQLException if the database refuses
   */
  Optional<Found> find(Connection connection, String operation, IdempotencyKey key)
      throws SQLException;

  /**
   * Claims the key for this transaction, without waiting for another one. At most one open
   * transaction holds a key, and a transaction that holds a key is not granted it again. A rollback
   * of the transaction, or to a savepoint set before, undoes the claim.
   *
   * @param connection a connection in a transaction
   * @param operation the name of the operation
   * @param key the key
   * @param fingerprint the fingerprint of the request
   * @param retention the time to live of the record if it is never completed
   * @return the outcome
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
   * Writes the result into the record that this transaction has claimed.
   *
   * @param connection the connection of the claim, in the same transaction
   * @param operation the name of the operation
   * @param key the key
   * @param result the result to store
   * @param retention the time to live of the record from now on
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
