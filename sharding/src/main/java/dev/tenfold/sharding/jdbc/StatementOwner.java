// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A logical connection as its statements see it: they report executions, openings and closings. */
abstract class StatementOwner implements Connection {
  private @Nullable Tracked opened; // the latest one first; a closed one may stay behind later ones

  /** A statement in the list of a connection. */
  abstract static class Tracked {
    private @Nullable Tracked next;

    public abstract boolean isClosed() throws SQLException;
  }

  /** Must be called before a statement of this connection executes. */
  abstract void executing() throws SQLException;

  /** Must be called after a statement of this connection has executed, or failed. */
  abstract void executed();

  /** Must be called with every execution that returned, before {@link #executed}. */
  abstract void succeeded();

  /** Must be called when the caller gets an object of the pool that can write. */
  abstract void handedOut();

  /** Must be called when the caller gets rows, which a writable connection can change. */
  abstract void rowsHandedOut();

  final void statementOpened(Tracked statement) throws SQLException {
    forgetClosed();
    statement.next = opened;
    opened = statement;
  }

  @SuppressWarnings("ReferenceEquality") // a place in the list, not a value
  final void statementClosed(Tracked statement) throws SQLException {
    if (opened == statement) {
      opened = statement.next;
      forgetClosed();
    }
  }

  /** Forgets the latest statements that are closed. Some close themselves, on completion. */
  private void forgetClosed() throws SQLException {
    Tracked latest = opened;
    while (latest != null && latest.isClosed()) {
      latest = latest.next;
    }
    opened = latest;
  }

  final boolean hasOpenStatements() throws SQLException {
    forgetClosed();
    return opened != null;
  }
}
