// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a wait for a server that is gone, half a second after the query timeout, which needs a
 * living one. Closing it leaves the pool's connection as patient as it was.
 */
interface NetworkBound extends AutoCloseable {

  @Override
  void close() throws SQLException;

  static NetworkBound of(Connection connection, int timeoutSeconds) throws SQLException {
    try {
      int usual = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, timeoutSeconds * 1000 + 500);
      return () -> connection.setNetworkTimeout(Runnable::run, usual);
    } catch (SQLFeatureNotSupportedException unbounded) {
      Logger log = LoggerFactory.getLogger(NetworkBound.class);
      log.trace("the driver knows no network timeout", unbounded);
      return () -> {};
    }
  }
}
