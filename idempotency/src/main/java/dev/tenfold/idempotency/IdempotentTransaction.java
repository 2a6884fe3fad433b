// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.sql.Connection;
import java.util.Objects;

/**
 * The transaction in which an {@link IdempotentHandler} works, and the key of the request.
 *
 * <p><b>Guarantees.</b> The connection is the caller's, in the caller's transaction.
 *
 * <p><b>No guarantees.</b> Valid on the calling thread and until the handler returns.
 */
public final class IdempotentTransaction {
  private final Connection connection;
  private final IdempotencyKey key;

  IdempotentTransaction(Connection connection, IdempotencyKey key) {
    this.connection = Objects.requireNonNull(connection, "connection");
    this.key = Objects.requireNonNull(key, "key");
  }

  /**
   * Returns the caller's connection, in the caller's transaction.
   *
   * @return the connection that was given to {@code executeInTransaction}
   */
  public Connection connection() {
    return connection;
  }

  /**
   * Returns the key of the request.
   *
   * @return the key that was given to {@code executeInTransaction}
   */
  public IdempotencyKey key() {
    return key;
  }
}
