// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network timeout that ends the wait for a dead server, half a second after the query timeout,
 * which only a live server can meet. {@link #close} restores the network timeout of the pool's
 * connection.
 */
interface NetworkBound extends AutoCloseable {

  @Override
  void close() throws SQLException;

  static NetworkBound of(Connection connection, int timeoutSeconds) throws SQLException {
    try {
      int before = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, timeoutSeconds * 1000 + 500);
      return () -> connection.setNetworkTimeout(Runnable::run, before);
    } catch (SQLFeatureNotSupportedException unbounded) {
      Logger log = LoggerFactory.getLogger(NetworkBound.class);
      log.trace("the driver does not support a network timeout", unbounded);
      return () -> {};
    }
  }
}
