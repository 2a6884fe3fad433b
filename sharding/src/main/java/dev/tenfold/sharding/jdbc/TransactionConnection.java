// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a logical connection. The mode is that of the pools until the caller sets it.
 * A transaction is open from the first execution in manual mode to its end.
 */
abstract class TransactionConnection extends SessionConnection {
  private @Nullable Boolean autoCommit; // as set by the caller; null if not set
  private boolean inTransaction;
  private @Nullable ScopeState announced; // the scope that knows of the transaction

  /** Fails if the logical connection is closed. */
  abstract void checkOpen() throws SQLException;

  /** Returns the mode in which the pools lend connections. Binds one if it is not known. */
  abstract Boolean poolAutoCommit() throws SQLException;

  /** Fails if a connection for writing must not be used any more. */
  abstract void requireGeneration() throws SQLException;

  /** Returns whether the bound connection may write. */
  abstract boolean mayWrite();

  public abstract @Nullable ScopeState scope();

  abstract String where();

  final boolean inTransaction() {
    return inTransaction;
  }

  /** Returns the mode for a connection that was just borrowed. */
  final boolean autoCommitOr(boolean poolMode) {
    Boolean set = autoCommit;
    return set == null ? poolMode : set;
  }

  @Override
  final void noteUse() throws SQLException {
    if (!inTransaction && !getAutoCommit()) {
      inTransaction = true;
      ScopeState scope = scope();
      if (scope != null && mayWrite()) {
        announced = scope;
        scope.transactionBegan();
      }
    }
  }

  final void endTransaction() {
    inTransaction = false;
    ScopeState scope = announced;
    if (scope != null) {
      announced = null;
      scope.transactionEnded();
    }
  }

  @Override
  public final boolean getAutoCommit() throws SQLException {
    checkOpen();
    Boolean set = autoCommit;
    return set == null ? poolAutoCommit() : set;
  }

  @Override
  public final void setAutoCommit(boolean wanted) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      if (wanted && inTransaction) {
        requireGeneration();
        end(() -> connection.setAutoCommit(true), true);
      } else {
        connection.setAutoCommit(wanted);
      }
    }
    autoCommit = wanted;
  }

  @Override
  public final void commit() throws SQLException {
    Connection connection = requireTransaction("commit");
    if (connection == null) {
      return;
    }
    requireGeneration();
    end(connection::commit, true);
  }

  @Override
  public final void rollback() throws SQLException {
    Connection connection = requireTransaction("roll back");
    if (connection != null) {
      end(connection::rollback, false);
    }
  }

  private interface Ending {
    void run() throws SQLException;
  }

  /** Ends the transaction, if the step succeeds. A commit on a lost connection is unknown. */
  private void end(Ending step, boolean commits) throws SQLException {
    boolean open = inTransaction;
    try {
      step.run();
      endTransaction();
    } catch (SQLException failure) {
      throw open && commits ? CommitUnknownException.of(where(), failure) : failure;
    } finally {
      executed();
    }
  }

  /** Returns the connection of the transaction; null if nothing was executed in it. */
  private @Nullable Connection requireTransaction(String what) throws SQLException {
    boolean auto = bound() == null && getAutoCommit(); // which may bind a connection
    Connection connection = bound();
    if (auto && !inTransaction) {
      throw new SQLException("cannot " + what + " in auto-commit mode", "25P01");
    }
    return connection;
  }

  @Override
  public final Savepoint setSavepoint() throws SQLException {
    Connection connection = use();
    executing();
    return connection.setSavepoint();
  }

  @Override
  public final Savepoint setSavepoint(String name) throws SQLException {
    Connection connection = use();
    executing();
    return connection.setSavepoint(name);
  }
}
