// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A connection that keeps its settings and does nothing else. Reuses its last prepared statement
 * once that is closed, so that a benchmark sees what the layers above allocate.
 */
final class StubConnection extends RefusingConnection {
  final StubServer server;
  private boolean autoCommit = true;
  private boolean readOnly;
  private boolean closed;
  private int isolation = TRANSACTION_READ_COMMITTED;
  private int networkTimeoutMillis;
  private @Nullable StubStatement prepared;

  StubConnection(StubServer server) {
    this.server = server;
  }

  @Override
  public Statement createStatement() {
    return new StubStatement(this, server, "");
  }

  @Override
  public PreparedStatement prepareStatement(String sql) {
    StubStatement last = prepared;
    if (last != null && last.reopen(sql)) {
      return last;
    }
    StubStatement statement = new StubStatement(this, server, sql);
    prepared = statement;
    return statement;
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency) {
    return prepareStatement(sql);
  }

  @Override
  public PreparedStatement prepareStatement(
      String sql, int type, int concurrency, int holdability) {
    return prepareStatement(sql);
  }

  @Override
  public void setAutoCommit(boolean wanted) {
    autoCommit = wanted;
  }

  @Override
  public boolean getAutoCommit() {
    return autoCommit;
  }

  @Override
  public void commit() {
    server.end();
  }

  @Override
  public void rollback() {
    server.end();
  }

  @Override
  public void setReadOnly(boolean wanted) {
    readOnly = wanted;
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public void setTransactionIsolation(int level) {
    isolation = level;
  }

  @Override
  public int getTransactionIsolation() {
    return isolation;
  }

  @Override
  public void setNetworkTimeout(Executor executor, int milliseconds) {
    networkTimeoutMillis = milliseconds;
  }

  @Override
  public int getNetworkTimeout() {
    return networkTimeoutMillis;
  }

  @Override
  public void setCatalog(String catalog) {}

  @Override
  public String getCatalog() {
    return StubCatalogue.DATABASE;
  }

  @Override
  public void setSchema(String schema) {}

  @Override
  public String getSchema() {
    return StubCatalogue.SCHEMA;
  }

  @Override
  public void setHoldability(int holdability) {}

  @Override
  public int getHoldability() {
    return java.sql.ResultSet.CLOSE_CURSORS_AT_COMMIT;
  }

  @Override
  public DatabaseMetaData getMetaData() {
    return StubCatalogue.metaData(this, server.name);
  }

  @Override
  public boolean isValid(int timeout) {
    return !closed;
  }

  @Override
  public @Nullable SQLWarning getWarnings() {
    return null;
  }

  @Override
  public void clearWarnings() {}

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void abort(Executor executor) {
    closed = true;
  }

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    if (!iface.isInstance(this)) {
      throw Refusals.notStubbed();
    }
    return iface.cast(this);
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) {
    return iface.isInstance(this);
  }

  @Override
  public String toString() {
    return "StubConnection[" + server + "]";
  }
}
