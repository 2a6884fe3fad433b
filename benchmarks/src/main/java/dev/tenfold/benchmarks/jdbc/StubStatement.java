// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/** A statement whose result is one row with its first parameter, or a table of the catalogue. */
final class StubStatement extends RefusingParameters {
  private final Connection connection;
  private final StubServer server;
  private final String sql;
  private final boolean catalogue;
  private final StubRow row = new StubRow(this);
  private boolean closed;
  private int timeoutSeconds;
  private int fetchSize;
  private @Nullable ResultSet result;

  StubStatement(Connection connection, StubServer server, String sql) {
    this.connection = connection;
    this.server = server;
    this.sql = sql;
    this.catalogue = StubCatalogue.describes(sql);
  }

  /** Opens a closed statement of the same text again. Returns whether it did. */
  boolean reopen(String text) {
    if (!closed || !text.equals(sql)) {
      return false;
    }
    closed = false;
    timeoutSeconds = 0;
    return true;
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    ResultSet answer = catalogue ? about(sql) : read();
    result = answer;
    return answer;
  }

  private ResultSet read() {
    server.read();
    return row.open();
  }

  private ResultSet about(String text) throws SQLException {
    if (text.equals(StubCatalogue.ROLE)) {
      row.value(server.replica ? 1 : 0);
      return row.open();
    }
    return StubCatalogue.answer(text);
  }

  @Override
  public ResultSet executeQuery(String text) throws SQLException {
    ResultSet answer = StubCatalogue.describes(text) ? about(text) : read();
    result = answer;
    return answer;
  }

  @Override
  public boolean execute() throws SQLException {
    executeQuery();
    return true;
  }

  @Override
  public boolean execute(String text) throws SQLException {
    executeQuery(text);
    return true;
  }

  @Override
  public @Nullable ResultSet getResultSet() {
    return result;
  }

  @Override
  public int getUpdateCount() {
    return -1;
  }

  @Override
  public boolean getMoreResults() {
    return false;
  }

  @Override
  public int executeUpdate() {
    server.read();
    return 1;
  }

  @Override
  public int executeUpdate(String text) {
    return executeUpdate();
  }

  @Override
  public void setLong(int index, long value) {
    row.value(value);
  }

  @Override
  public void setInt(int index, int value) {
    row.value(value);
  }

  @Override
  public void setObject(int index, Object value) {
    row.value(((Number) value).longValue());
  }

  @Override
  public void setString(int index, String value) {}

  @Override
  public void clearParameters() {}

  @Override
  public Connection getConnection() {
    return connection;
  }

  @Override
  public void setQueryTimeout(int seconds) {
    timeoutSeconds = seconds;
  }

  @Override
  public int getQueryTimeout() {
    return timeoutSeconds;
  }

  @Override
  public void setFetchSize(int rows) {
    fetchSize = rows;
  }

  @Override
  public int getFetchSize() {
    return fetchSize;
  }

  @Override
  public int getMaxRows() {
    return 0;
  }

  @Override
  public int getResultSetType() {
    return ResultSet.TYPE_FORWARD_ONLY;
  }

  @Override
  public int getResultSetConcurrency() {
    return ResultSet.CONCUR_READ_ONLY;
  }

  @Override
  public int getResultSetHoldability() {
    return ResultSet.CLOSE_CURSORS_AT_COMMIT;
  }

  @Override
  public void closeOnCompletion() {}

  @Override
  public boolean isCloseOnCompletion() {
    return false;
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
  public <T> T unwrap(Class<T> iface) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) {
    return false;
  }
}
