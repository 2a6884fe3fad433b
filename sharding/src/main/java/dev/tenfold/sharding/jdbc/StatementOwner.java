// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A logical connection as its statements see it: they report executions, openings and closings. */
abstract class StatementOwner implements Connection {
  private @Nullable Tracked firstOpen; // a doubly linked list

  /** A statement in the list of a connection. */
  abstract static class Tracked {
    private @Nullable Tracked previous;
    private @Nullable Tracked next;

    public abstract boolean isClosed() throws SQLException;
  }

  /** Must be called before a statement of this connection executes. */
  abstract void executing() throws SQLException;

  /** Must be called after a statement of this connection has executed, or failed. */
  abstract void executed();

  final void statementOpened(Tracked opened) {
    Tracked next = firstOpen;
    opened.next = next;
    if (next != null) {
      next.previous = opened;
    }
    firstOpen = opened;
  }

  @SuppressWarnings("ReferenceEquality") // a place in the list, not a value
  final void statementClosed(Tracked closed) {
    Tracked previous = closed.previous;
    Tracked next = closed.next;
    if (previous != null) {
      previous.next = next;
    } else if (firstOpen == closed) {
      firstOpen = next;
    }
    if (next != null) {
      next.previous = previous;
    }
    closed.previous = null;
    closed.next = null;
  }

  /** Forgets the statements that closed themselves, for example on completion. */
  final boolean hasOpenStatements() throws SQLException {
    Tracked statement = firstOpen;
    while (statement != null) {
      Tracked next = statement.next;
      if (!statement.isClosed()) {
        return true;
      }
      statementClosed(statement);
      statement = next;
    }
    return false;
  }
}
