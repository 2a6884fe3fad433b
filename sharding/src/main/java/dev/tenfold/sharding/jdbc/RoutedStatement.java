// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Deadline;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A statement of a logical connection. Returns that connection from {@code getConnection}, reports
 * executions and its closing to the connection, and limits the query timeout by the {@link
 * Deadline}. Result sets are those of the pool.
 */
class RoutedStatement extends StatementOwner.Tracked implements Statement {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final int NOT_CLIPPED = -1;

  private final StatementOwner connection;
  private final Statement physical;
  private int ownSeconds = NOT_CLIPPED; // the caller's query timeout while a Deadline clips it

  RoutedStatement(StatementOwner connection, Statement physical) throws SQLException {
    this.connection = connection;
    this.physical = physical;
    connection.statementOpened(this);
  }

  /** Must be called before every execution. */
  final void executing() throws SQLException {
    connection.executing();
    Deadline deadline = Deadline.current();
    if (deadline != null || ownSeconds != NOT_CLIPPED) {
      clip(deadline);
    }
  }

  /** Must be called after every execution, returned or thrown. */
  final void executed() {
    connection.executed();
  }

  // Must be called with what an execution returned.

  final ResultSet done(ResultSet rows) {
    connection.succeeded();
    connection.rowsHandedOut();
    return rows;
  }

  final boolean done(boolean result) {
    connection.succeeded();
    return result;
  }

  final int done(int rows) {
    connection.succeeded();
    return rows;
  }

  final long done(long rows) {
    connection.succeeded();
    return rows;
  }

  final int[] done(int[] rows) {
    connection.succeeded();
    return rows;
  }

  final long[] done(long[] rows) {
    connection.succeeded();
    return rows;
  }

  private void clip(@Nullable Deadline deadline) throws SQLException {
    int own = ownSeconds == NOT_CLIPPED ? physical.getQueryTimeout() : ownSeconds;
    if (deadline == null) {
      physical.setQueryTimeout(own);
      ownSeconds = NOT_CLIPPED;
      return;
    }
    long left = (deadline.remainingNanos() + SECOND_NANOS - 1) / SECOND_NANOS;
    long max = own == 0 ? Integer.MAX_VALUE : own;
    physical.setQueryTimeout((int) Math.max(1, Math.min(left, max))); // 0 would mean no limit
    ownSeconds = own;
  }

  /** Returns the statement of the pool. */
  final Statement physical() {
    return physical;
  }

  @Override
  public void setQueryTimeout(int seconds) throws SQLException {
    physical.setQueryTimeout(seconds);
    if (ownSeconds != NOT_CLIPPED) {
      ownSeconds = seconds;
    }
  }

  @Override
  public int getQueryTimeout() throws SQLException {
    int seconds = physical.getQueryTimeout(); // fails if the statement is closed
    return ownSeconds == NOT_CLIPPED ? seconds : ownSeconds;
  }

  @Override
  public void close() throws SQLException {
    try {
      physical.close();
    } finally {
      connection.statementClosed(this);
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (physical.isClosed()) {
      return physical.getConnection(); // throws what the driver throws
    }
    return connection;
  }

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    if (iface.isInstance(this)) {
      return iface.cast(this);
    }
    connection.handedOut();
    return physical.unwrap(iface);
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) throws SQLException {
    return iface.isInstance(this) || physical.isWrapperFor(iface);
  }

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    executing();
    try {
      return done(physical.executeQuery(sql));
    } finally {
      executed();
    }
  }

  @Override
  public int executeUpdate(String sql) throws SQLException {
    executing();
    try {
      return done(physical.executeUpdate(sql));
    } finally {
      executed();
    }
  }

  @Override
  public int getMaxFieldSize() throws SQLException {
    return physical.getMaxFieldSize();
  }

  @Override
  public void setMaxFieldSize(int max) throws SQLException {
    physical.setMaxFieldSize(max);
  }

  @Override
  public int getMaxRows() throws SQLException {
    return physical.getMaxRows();
  }

  @Override
  public void setMaxRows(int max) throws SQLException {
    physical.setMaxRows(max);
  }

  @Override
  public void setEscapeProcessing(boolean enable) throws SQLException {
    physical.setEscapeProcessing(enable);
  }

  @Override
  public void cancel() throws SQLException {
    physical.cancel();
  }

  @Override
  public SQLWarning getWarnings() throws SQLException {
    return physical.getWarnings();
  }

  @Override
  public void clearWarnings() throws SQLException {
    physical.clearWarnings();
  }

  @Override
  public void setCursorName(String name) throws SQLException {
    physical.setCursorName(name);
  }

  @Override
  public boolean execute(String sql) throws SQLException {
    executing();
    try {
      return done(physical.execute(sql));
    } finally {
      executed();
    }
  }

  @Override
  public ResultSet getResultSet() throws SQLException {
    return done(physical.getResultSet());
  }

  @Override
  public int getUpdateCount() throws SQLException {
    return physical.getUpdateCount();
  }

  @Override
  public boolean getMoreResults() throws SQLException {
    return physical.getMoreResults();
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    physical.setFetchDirection(direction);
  }

  @Override
  public int getFetchDirection() throws SQLException {
    return physical.getFetchDirection();
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    physical.setFetchSize(rows);
  }

  @Override
  public int getFetchSize() throws SQLException {
    return physical.getFetchSize();
  }

  @Override
  public int getResultSetConcurrency() throws SQLException {
    return physical.getResultSetConcurrency();
  }

  @Override
  public int getResultSetType() throws SQLException {
    return physical.getResultSetType();
  }

  @Override
  public void addBatch(String sql) throws SQLException {
    physical.addBatch(sql);
  }

  @Override
  public void clearBatch() throws SQLException {
    physical.clearBatch();
  }

  @Override
  public int[] executeBatch() throws SQLException {
    executing();
    try {
      return done(physical.executeBatch());
    } finally {
      executed();
    }
  }

  @Override
  public boolean getMoreResults(int current) throws SQLException {
    return physical.getMoreResults(current);
  }

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    return done(physical.getGeneratedKeys());
  }

  @Override
  public int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    executing();
    try {
      return done(physical.executeUpdate(sql, autoGeneratedKeys));
    } finally {
      executed();
    }
  }

  @Override
  public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
    executing();
    try {
      return done(physical.executeUpdate(sql, columnIndexes));
    } finally {
      executed();
    }
  }

  @Override
  public int executeUpdate(String sql, String[] columnNames) throws SQLException {
    executing();
    try {
      return done(physical.executeUpdate(sql, columnNames));
    } finally {
      executed();
    }
  }

  @Override
  public boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
    executing();
    try {
      return done(physical.execute(sql, autoGeneratedKeys));
    } finally {
      executed();
    }
  }

  @Override
  public boolean execute(String sql, int[] columnIndexes) throws SQLException {
    executing();
    try {
      return done(physical.execute(sql, columnIndexes));
    } finally {
      executed();
    }
  }

  @Override
  public boolean execute(String sql, String[] columnNames) throws SQLException {
    executing();
    try {
      return done(physical.execute(sql, columnNames));
    } finally {
      executed();
    }
  }

  @Override
  public int getResultSetHoldability() throws SQLException {
    return physical.getResultSetHoldability();
  }

  @Override
  public boolean isClosed() throws SQLException {
    return physical.isClosed();
  }

  @Override
  public void setPoolable(boolean poolable) throws SQLException {
    physical.setPoolable(poolable);
  }

  @Override
  public boolean isPoolable() throws SQLException {
    return physical.isPoolable();
  }

  @Override
  public void closeOnCompletion() throws SQLException {
    physical.closeOnCompletion();
  }

  @Override
  public boolean isCloseOnCompletion() throws SQLException {
    return physical.isCloseOnCompletion();
  }

  @Override
  public long getLargeUpdateCount() throws SQLException {
    return physical.getLargeUpdateCount();
  }

  @Override
  public void setLargeMaxRows(long max) throws SQLException {
    physical.setLargeMaxRows(max);
  }

  @Override
  public long getLargeMaxRows() throws SQLException {
    return physical.getLargeMaxRows();
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    executing();
    try {
      return done(physical.executeLargeBatch());
    } finally {
      executed();
    }
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    executing();
    try {
      return done(physical.executeLargeUpdate(sql));
    } finally {
      executed();
    }
  }

  @Override
  public long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    executing();
    try {
      return done(physical.executeLargeUpdate(sql, autoGeneratedKeys));
    } finally {
      executed();
    }
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
    executing();
    try {
      return done(physical.executeLargeUpdate(sql, columnIndexes));
    } finally {
      executed();
    }
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
    executing();
    try {
      return done(physical.executeLargeUpdate(sql, columnNames));
    } finally {
      executed();
    }
  }

  @Override
  public String enquoteLiteral(String val) throws SQLException {
    return physical.enquoteLiteral(val);
  }

  @Override
  public String enquoteIdentifier(String identifier, boolean alwaysQuote) throws SQLException {
    return physical.enquoteIdentifier(identifier, alwaysQuote);
  }

  @Override
  public boolean isSimpleIdentifier(String identifier) throws SQLException {
    return physical.isSimpleIdentifier(identifier);
  }

  @Override
  public String enquoteNCharLiteral(String val) throws SQLException {
    return physical.enquoteNCharLiteral(val);
  }

  @Override
  public String toString() {
    return physical.toString();
  }
}
