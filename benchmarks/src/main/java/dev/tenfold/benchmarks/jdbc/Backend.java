// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.SQLException;

/** The kind of servers behind the pools. */
public enum Backend {
  /** A driver that does nothing, so that what is left is the layers above. */
  STUB,
  /** PostgreSQL on this machine. */
  POSTGRES;

  Servers start() throws SQLException {
    return switch (this) {
      case STUB -> StubServers.start();
      case POSTGRES -> PostgresServers.start(1);
    };
  }
}
