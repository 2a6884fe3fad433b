// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * The effect of a request, run in the caller's transaction.
 *
 * @param <T> what it returns
 * @param <X> what it may throw, inferred from the lambda as for {@link
 *     dev.tenfold.core.CheckedSupplier}
 */
@FunctionalInterface
public interface IdempotentHandler<T extends @Nullable Object, X extends Exception> {

  /**
   * Does the work, through {@link IdempotentTransaction#connection()}. It does not commit, roll
   * back or close that connection.
   *
   * @param tx the transaction the record is written in
   * @return the result that replays will see; may be null
   * @throws X if the work failed: it is undone, no record stays, and the exception reaches the
   *     caller as it is
   */
  T handle(IdempotentTransaction tx) throws X;
}
