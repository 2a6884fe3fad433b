// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Codec;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Claim;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Found;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Savepoint;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * Where the work is done. claim() below: a key is claimed, by TransactionalIdempotencyStore.claim. execute() below: the
 * handler runs, between a savepoint and its release. ResultFormat: a result becomes bytes, and stored bytes a value.
 */
/**
 * One idempotent operation, such as "book". {@link Idempotency#operation} makes it.
 *
 * <pre>{@code
 * try (Connection connection = dataSource.getConnection()) {
 *   connection.setAutoCommit(false);
 *   IdempotentResult<Booking> result = bookings.executeInTransaction(
 *       connection, key, fingerprint, tx -> insertBooking(tx.connection(), request));
 *   connection.commit();
 *   return result.fold(e -> created(e.value()), r -> created(r.value()), f -> conflict(), m -> unprocessable());
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> {@link #executeInTransaction} names them.
 *
 * <p><b>No guarantees.</b> {@link #executeInTransaction} names what is not guaranteed.
 *
 * <p>Thread-safe. A connection belongs to one thread.
 *
 * @param <T> the type of the handlers' result
 */
public final class IdempotentOperation<T extends @Nullable Object> {
  private static final int MAX_ATTEMPTS = 3;

  private final String name;
  private final IdempotencySettings settings;
  private final TransactionalIdempotencyStore store;
  private final OperationCounters counters;
  private final ResultFormat<T> format;

  IdempotentOperation(
      String name,
      Codec<? extends T> codec,
      IdempotencySettings settings,
      OperationCounters counters) {
    this.name = name;
    this.settings = settings;
    this.store = settings.store();
    this.counters = counters;
    this.format = new ResultFormat<>(name, codec, settings.maxResultBytes(), counters);
  }

  /**
   * Returns the name of the operation.
   *
   * @return the name that was given to {@link Idempotency#operation}
   */
  public String name() {
    return name;
  }

  /**
   * Runs the handler in the caller's transaction, unless the key was executed before, and writes
   * the record of the key in the same transaction. The caller commits or rolls back.
   *
   * <p><b>Guarantees.</b>
   *
   * <ul>
   *   <li><b>Exactly once.</b> Of all transactions that call this method with one key, at most one
   *       that ran the handler commits within the retention. This holds for any number of
   *       concurrent transactions, crashes and broken connections.
   *   <li><b>No call waits for another.</b> While another transaction holds the key, the outcome is
   *       {@link IdempotentResult.InFlight}, at once. The other transaction's fingerprint is not
   *       visible yet, so a mismatch is found only after that transaction has committed.
   *   <li><b>A failed handler leaves nothing.</b> If the handler throws, its work and the record
   *       are rolled back to a savepoint, and the exception is thrown. If the caller then commits,
   *       it commits neither of them; if the caller rolls back, the same holds. The next attempt
   *       executes.
   *   <li><b>The result of a handler never makes the handler run again.</b> Null is stored as null.
   *       A result that the codec cannot encode, or that is larger than the limit, is returned as
   *       {@link IdempotentResult.Executed} and commits like any other result; replays throw {@link
   *       ResultUnavailableException}. A stored result that cannot be decoded any more throws the
   *       same exception.
   * </ul>
   *
   * <p><b>No guarantees.</b> Nothing is guaranteed for effects outside the database of the
   * connection, after the retention, for a client that makes up a new key for the same request, or
   * across a failover of the database that loses acknowledged commits.
   *
   * <p>Under REPEATABLE READ and SERIALIZABLE, if another transaction with the key commits after
   * the snapshot of this one, the call throws an {@code SQLException} with SQLState 40001: run the
   * whole transaction again.
   *
   * <p>Blocks for the statements: one for a replay, six and the handler for an execution.
   *
   * @param <X> the exception that the handler may throw
   * @param connection the caller's connection, with auto-commit off; the method does not commit it,
   *     roll it back as a whole, or close it
   * @param key the key of the request
   * @param fingerprint the fingerprint of the request
   * @param handler the work of the request; runs on this thread, at most once
   * @return the outcome; an {@code Executed} is final only when the caller has committed
   * @throws X if the handler threw
   * @throws SQLException if the database refused; roll back
   * @throws IllegalStateException if auto-commit is on, if the handler calls this method with the
   *     key that it handles, or if the handler ended the caller's transaction
   * @throws ResultUnavailableException if the key was executed and its result cannot be returned
   */
  public <X extends Exception> IdempotentResult<T> executeInTransaction(
      Connection connection,
      IdempotencyKey key,
      Fingerprint fingerprint,
      IdempotentHandler<? extends T, X> handler)
      throws X, SQLException {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(fingerprint, "fingerprint");
    Objects.requireNonNull(handler, "handler");
    if (connection.getAutoCommit()) {
      throw new IllegalStateException(
          "operation \""
              + name
              + "\": the connection is in auto-commit mode, so the effect and its record would not"
              + " commit together; call setAutoCommit(false) first");
    }
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Optional<Found> found = store.find(connection, name, key);
      if (found.isPresent()) {
        return answer(found.get(), fingerprint);
      }
      Savepoint savepoint = connection.setSavepoint();
      Claim claim = claim(connection, savepoint, key, fingerprint);
      if (claim == Claim.GRANTED) {
        return execute(connection, savepoint, key, handler);
      }
      if (claim == Claim.BUSY) {
        counters.inFlight.increment();
        return new IdempotentResult.InFlight<>();
      }
    }
    throw new SQLTransientException(
        "operation \""
            + name
            + "\": the record of the key appeared and expired in each of "
            + MAX_ATTEMPTS
            + " attempts; run the transaction again",
        "40001");
  }

  private Claim claim(
      Connection connection, Savepoint savepoint, IdempotencyKey key, Fingerprint fingerprint)
      throws SQLException {
    try {
      Claim claim = store.claim(connection, name, key, fingerprint, settings.retention());
      if (claim == Claim.TAKEN) {
        connection.rollback(savepoint); // releases the locks of the claim
      }
      if (claim != Claim.GRANTED) {
        connection.releaseSavepoint(savepoint);
      }
      return claim;
    } catch (Throwable failure) {
      undo(connection, savepoint, failure);
      throw failure;
    }
  }

  private <X extends Exception> IdempotentResult<T> execute(
      Connection connection,
      Savepoint savepoint,
      IdempotencyKey key,
      IdempotentHandler<? extends T, X> handler)
      throws X, SQLException {
    T value;
    try {
      value = handler.handle(new IdempotentTransaction(connection, key));
      if (!store.complete(connection, name, key, format.encode(value), settings.retention())) {
        throw endedByHandler(null);
      }
    } catch (Throwable failure) {
      undo(connection, savepoint, failure);
      throw failure;
    }
    try {
      connection.releaseSavepoint(savepoint);
    } catch (SQLException failure) {
      if (isTransactionEnded(failure)) {
        throw endedByHandler(failure);
      }
      throw failure;
    }
    counters.executed.increment();
    return new IdempotentResult.Executed<>(value);
  }

  /** Returns whether the SQLState says: invalid savepoint (3B), or no transaction (25). */
  private static boolean isTransactionEnded(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("3B") || state.startsWith("25");
  }

  private IllegalStateException endedByHandler(@Nullable SQLException cause) {
    return new IllegalStateException(
        "operation \""
            + name
            + "\": the savepoint or the record is gone, so the handler has committed or rolled back"
            + " the caller's transaction; it must not",
        cause);
  }

  /** Rolls back the record and the work of the handler. The caller gets {@code failure}. */
  private static void undo(Connection connection, Savepoint savepoint, Throwable failure) {
    try {
      connection.rollback(savepoint);
      connection.releaseSavepoint(savepoint);
    } catch (SQLException | RuntimeException second) {
      if (!second.equals(failure)) { // an exception cannot suppress itself
        failure.addSuppressed(second);
      }
    }
  }

  private IdempotentResult<T> answer(Found found, Fingerprint fingerprint) {
    StoredResult stored = found.result();
    if (stored == null) {
      throw new IllegalStateException(
          "operation \""
              + name
              + "\": the key is claimed and not completed; either the handler calls"
              + " executeInTransaction with the key that it handles, or an earlier handler ended its"
              + " caller's transaction");
    }
    if (!found.fingerprint().equals(fingerprint)) {
      counters.mismatch.increment();
      return new IdempotentResult.Mismatch<>();
    }
    T value = format.decode(stored);
    counters.replayed.increment();
    return new IdempotentResult.Replayed<>(value);
  }
}
