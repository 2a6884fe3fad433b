// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a logical connection. The mode is that of the pools until the caller sets it.
 * A transaction is open from the first execution in manual mode to its end.
 */
abstract class TransactionConnection extends SessionConnection {
  private static final byte OF_THE_POOL = 0;
  private static final byte AUTOMATIC = 1;
  private static final byte MANUAL = 2;

  private static final VarHandle IN_TRANSACTION =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "inTransaction",
          VarHandle.class,
          TransactionConnection.class,
          boolean.class);

  private byte mode = OF_THE_POOL; // the commit mode that the caller has set
  private boolean inTransaction; // taken back by compare-and-set: abort() can run at the same time

  /** Fails if the logical connection is closed. */
  abstract void checkOpen() throws SQLException;

  /** Returns the mode in which the pools lend connections. Binds one if it is not known. */
  abstract Boolean poolAutoCommit() throws SQLException;

  /** Fails if a connection for writing must not be used any more. */
  abstract void requireGeneration() throws SQLException;

  /** Returns whether the bound connection may write. */
  abstract boolean mayWrite();

  /** Returns the scope of the bound connection; it does not change in a transaction. */
  abstract @Nullable ScopeState scope();

  abstract String where();

  /** Must be called after the end of a transaction, committed or not. */
  abstract void transactionOver();

  final boolean inTransaction() {
    return inTransaction;
  }

  /** Returns the mode for a connection that was just borrowed. */
  final boolean autoCommitOr(boolean poolMode) {
    return mode == OF_THE_POOL ? poolMode : mode == AUTOMATIC;
  }

  @Override
  final void noteUse() throws SQLException {
    if (!inTransaction && !getAutoCommit()) {
      inTransaction = true;
      ScopeState scope = scope();
      if (scope != null && mayWrite()) {
        scope.transactionBegan();
      }
    }
  }

  final void endTransaction() {
    if (inTransaction && IN_TRANSACTION.compareAndSet(this, true, false)) {
      ScopeState scope = scope();
      if (scope != null && mayWrite()) {
        scope.transactionEnded();
      }
    }
  }

  @Override
  public final boolean getAutoCommit() throws SQLException {
    checkOpen();
    return mode == OF_THE_POOL ? poolAutoCommit() : mode == AUTOMATIC;
  }

  @Override
  public final void setAutoCommit(boolean wanted) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      if (wanted && !getAutoCommit()) { // COPY through unwrap is no execution that was seen
        requireGeneration();
        end(() -> connection.setAutoCommit(true), true);
      } else {
        connection.setAutoCommit(wanted);
      }
    }
    mode = wanted ? AUTOMATIC : MANUAL;
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

  /**
   * Ends the transaction. A server that refuses a commit has rolled back; a rollback that failed
   * can be repeated. A commit on a lost connection is unknown.
   */
  private void end(Ending step, boolean commits) throws SQLException {
    boolean open = inTransaction;
    try {
      step.run();
      endTransaction();
    } catch (SQLException failure) {
      if (commits) {
        endTransaction();
      }
      throw open && commits ? CommitUnknownException.of(where(), failure) : failure;
    } finally {
      transactionOver();
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
