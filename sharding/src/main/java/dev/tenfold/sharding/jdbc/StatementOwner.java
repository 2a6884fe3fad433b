// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** A logical connection as its statements see it: they report executions, openings and closings. */
abstract class StatementOwner implements Connection {
  private int openStatements;

  /** Must be called before a statement of this connection executes. */
  abstract void executing() throws SQLException;

  final void statementOpened() {
    openStatements++;
  }

  final void statementClosed() {
    openStatements--;
  }

  final boolean hasOpenStatements() {
    return openStatements > 0;
  }
}
