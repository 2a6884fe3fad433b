// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connects to a stub server. Pools nothing. */
final class StubDataSource implements DataSource {
  private final StubServer server;

  StubDataSource(StubServer server) {
    this.server = server;
  }

  @Override
  public Connection getConnection() {
    return new StubConnection(server);
  }

  @Override
  public Connection getConnection(@Nullable String username, @Nullable String password) {
    return getConnection();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw Refusals.notStubbed();
  }

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) {
    return false;
  }
}
