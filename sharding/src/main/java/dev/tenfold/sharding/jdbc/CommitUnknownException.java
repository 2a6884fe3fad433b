// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;

/**
 * The connection was lost during a commit: the transaction may have been committed, or not. The
 * SQLState is 08007. The cause is what the driver threw.
 *
 * <pre>{@code
 * try {
 *   connection.commit();
 * } catch (CommitUnknownException unknown) {
 *   ...                                  // look for the rows before doing it again
 * }
 * }</pre>
 *
 * <p>A driver that knows this case throws its own exception with SQLState 08007, which passes
 * through; so does every exception after which the transaction is certainly rolled back. Repeating
 * the transaction is safe only if it is idempotent, for example with a key of {@code
 * tenfold-idempotency}.
 */
public final class CommitUnknownException extends SQLNonTransientException {
  private static final String STATE = "08007";

  @Serial private static final long serialVersionUID = 1;

  CommitUnknownException(String node, SQLException cause) {
    super(
        "the connection to node "
            + node
            + " was lost during the commit; whether the transaction was committed is unknown: "
            + cause.getMessage(),
        STATE,
        cause);
  }

  /** Returns the exception to throw after a commit that failed. */
  static SQLException of(String node, SQLException failure) {
    return isConnectionLost(failure) && !STATE.equals(failure.getSQLState())
        ? new CommitUnknownException(node, failure)
        : failure;
  }

  /** Returns whether a failure says that the connection or the server went away. */
  static boolean isConnectionLost(SQLException failure) {
    String state = failure.getSQLState();
    return failure instanceof SQLNonTransientConnectionException
        || failure instanceof SQLTransientConnectionException
        || failure instanceof SQLRecoverableException
        || (state != null && (state.startsWith("08") || state.startsWith("57P")));
  }
}
