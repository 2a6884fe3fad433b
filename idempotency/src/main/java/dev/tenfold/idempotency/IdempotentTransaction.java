// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.sql.Connection;
import java.util.Objects;

/**
 * What an {@link IdempotentHandler} works in. Belongs to the thread and to the duration of one
 * call.
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
   * @return what was given to {@code executeInTransaction}
   */
  public Connection connection() {
    return connection;
  }

  /**
   * Returns the key of the request.
   *
   * @return what was given to {@code executeInTransaction}
   */
  public IdempotencyKey key() {
    return key;
  }
}
