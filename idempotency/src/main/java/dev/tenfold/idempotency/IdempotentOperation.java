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

/**
 * One idempotent operation, made by {@link Idempotency#operation}.
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
 * <p>Thread-safe, one connection per thread.
 *
 * @param <T> what its handlers return
 */
public final class IdempotentOperation<T extends @Nullable Object> {
  private static final int MAX_ROUNDS = 3;

  private final String name;
  private final Settings settings;
  private final TransactionalIdempotencyStore store;
  private final OperationCounters counters;
  private final ResultFormat<T> format;

  IdempotentOperation(
      String name, Codec<? extends T> codec, Settings settings, OperationCounters counters) {
    this.name = name;
    this.settings = settings;
    this.store = settings.store();
    this.counters = counters;
    this.format = new ResultFormat<>(name, codec, settings.maxResultBytes(), counters);
  }

  /**
   * Returns the name of the operation.
   *
   * @return what was given to {@link Idempotency#operation}
   */
  public String name() {
    return name;
  }

  /**
   * Runs the handler in the caller's transaction, unless the key was executed before, and writes
   * the record of the key in that same transaction. The caller commits or rolls back.
   *
   * <p>What holds:
   *
   * <ul>
   *   <li><b>Exactly once.</b> Of all transactions that call this with one key, at most one that
   *       ran the handler commits within the retention, however many run at a time, crash or are
   *       cut off. Effects outside the database of the connection are not covered.
   *   <li><b>Nobody waits.</b> While another transaction holds the key the answer is {@link
   *       IdempotentResult.InFlight}, at once. Its fingerprint is not visible yet, so a mismatch is
   *       told only after it has committed.
   *   <li><b>A failed handler leaves nothing.</b> If it throws, its work and the record are rolled
   *       back to a savepoint and the exception is thrown on; a caller that catches it and commits
   *       commits neither. So does a caller that rolls back: the next attempt executes.
   *   <li><b>A handler is never run again because of what it returned.</b> Null is stored as null.
   *       A result that the codec refuses, or that is larger than the limit, is returned as {@link
   *       IdempotentResult.Executed} and commits like any other; replays throw {@link
   *       ResultUnavailableException}, and so does a stored result that cannot be decoded any more.
   * </ul>
   *
   * <p>What does not hold: anything beyond the retention; anything for a client that makes up a new
   * key for the same request; anything across a database failover that loses acknowledged commits.
   *
   * <p>Under REPEATABLE READ and SERIALIZABLE a rival's commit after the transaction's snapshot
   * shows as an {@code SQLException} with SQLState 40001: run the whole transaction again.
   *
   * <p>Blocks for the statements: one for a replay, six and the handler for an execution.
   *
   * @param <X> what the handler may throw
   * @param connection the caller's, with auto-commit off; it is not committed, rolled back as a
   *     whole, or closed
   * @param key which request it is
   * @param fingerprint what the request asks for
   * @param handler the effect; runs on this thread, at most once
   * @return how it ended; an {@code Executed} is worth nothing until the caller has committed
   * @throws X what the handler threw
   * @throws SQLException if the database refused; roll back
   * @throws IllegalStateException if auto-commit is on, if the handler calls this with the key it
   *     is handling, or if it ended the caller's transaction
   * @throws ResultUnavailableException if the key was executed and its result cannot be given back
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
          "the connection is in auto-commit mode: the effect and its record would not commit"
              + " together; call setAutoCommit(false) first");
    }
    for (int round = 0; round < MAX_ROUNDS; round++) {
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
        "operation \"" + name + "\": a record came and went " + MAX_ROUNDS + " times", "40001");
  }

  private Claim claim(
      Connection connection, Savepoint savepoint, IdempotencyKey key, Fingerprint fingerprint)
      throws SQLException {
    try {
      Claim claim = store.claim(connection, name, key, fingerprint, settings.retention());
      if (claim == Claim.TAKEN) {
        connection.rollback(savepoint); // whatever the claim has locked is let go
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
      if (saysItIsGone(failure)) {
        throw endedByHandler(failure);
      }
      throw failure;
    }
    counters.executed.increment();
    return new IdempotentResult.Executed<>(value);
  }

  /** Invalid savepoint or no transaction: anything else is the connection's or the server's. */
  private static boolean saysItIsGone(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("3B") || state.startsWith("25");
  }

  private IllegalStateException endedByHandler(@Nullable SQLException cause) {
    return new IllegalStateException(
        "operation \""
            + name
            + "\": the savepoint or the record is gone; did the handler commit"
            + " or roll back the caller's transaction?",
        cause);
  }

  /** Removes the record and whatever the handler did; the failure is what the caller sees. */
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
              + "\": the key is claimed and not completed; either its handler"
              + " calls executeInTransaction with the key it is handling, or an earlier handler"
              + " ended its caller's transaction");
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
