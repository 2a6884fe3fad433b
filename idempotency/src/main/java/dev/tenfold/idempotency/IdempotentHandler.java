// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * The work of a request, run in the caller's transaction.
 *
 * <pre>{@code
 * IdempotentHandler<Booking, SQLException> handler = tx -> insertBooking(tx.connection(), request);
 * }</pre>
 *
 * <p><b>Guarantees.</b> A handler runs at most once per call, on the calling thread.
 *
 * <p><b>No guarantees.</b> Effects outside the database of the connection are not undone if the
 * transaction rolls back.
 *
 * @param <T> the type of the result
 * @param <X> the exception that the handler may throw, inferred from the lambda as for {@link
 *     dev.tenfold.core.CheckedSupplier}
 */
@FunctionalInterface
public interface IdempotentHandler<T extends @Nullable Object, X extends Exception> {

  /**
   * Does the work through {@link IdempotentTransaction#connection()}. The handler must not commit,
   * roll back or close that connection.
   *
   * @param tx the transaction in which the record of the key is written
   * @return the result that replays return; may be null
   * @throws X if the work failed: the work is rolled back, no record remains, and the caller gets
   *     the exception unchanged
   */
  T handle(IdempotentTransaction tx) throws X;
}
