// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A result set of one row with one number. Its statement opens it again and again. */
final class StubRow extends RefusingRow {
  private final Statement statement;
  private long value;
  private int position; // 0: before the row
  private boolean closed;

  StubRow(Statement statement) {
    this.statement = statement;
  }

  ResultSet open() {
    position = 0;
    closed = false;
    return this;
  }

  void value(long number) {
    value = number;
  }

  @Override
  public boolean next() {
    return position++ == 0;
  }

  @Override
  public long getLong(int column) {
    return value;
  }

  @Override
  public int getInt(int column) {
    return (int) value;
  }

  @Override
  public Object getObject(int column) {
    return value;
  }

  @Override
  public boolean getBoolean(int column) {
    return value != 0;
  }

  @Override
  public String getString(int column) {
    return Long.toString(value);
  }

  @Override
  public boolean wasNull() {
    return false;
  }

  @Override
  public int findColumn(String label) {
    return 1;
  }

  @Override
  public Statement getStatement() {
    return statement;
  }

  @Override
  public ResultSetMetaData getMetaData() throws SQLException {
    return StubCatalogue.row();
  }

  @Override
  public int getType() {
    return TYPE_FORWARD_ONLY;
  }

  @Override
  public int getConcurrency() {
    return CONCUR_READ_ONLY;
  }

  @Override
  public int getHoldability() {
    return CLOSE_CURSORS_AT_COMMIT;
  }

  @Override
  public int getFetchSize() {
    return 0;
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
