// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** What a statement knows of its logical connection: that it is one, and whom to tell. */
abstract class StatementOwner implements Connection {
  private int openStatements;

  /** A statement of this connection is about to run. */
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
