// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.ReadIntent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A logical connection: binds one physical connection when something first needs one, and gives it
 * back when it is closed, or when the caller changes its mind about reading while nothing is going
 * on. Confined to one thread at a time, but for {@link #abort} and {@link #close}, which may meet:
 * the physical connection is given back by whoever takes it out of the field.
 */
final class RoutedConnection extends DelegatingConnection {
  private static final VarHandle PHYSICAL;

  static {
    try {
      PHYSICAL =
          MethodHandles.lookup()
              .findVarHandle(RoutedConnection.class, "physical", Connection.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Nodes nodes;
  private volatile @Nullable Connection physical;
  private volatile boolean closed;
  private Node node; // of the physical connection; written before it
  private boolean boundReadOnly;
  private @Nullable Boolean readOnly; // as declared by the caller, null until then
  private boolean autoCommit = true;
  private boolean inTransaction; // or may be: something was used while auto-commit was off
  private boolean pinned; // the caller holds the pool's own connection
  private @Nullable SessionState state;

  RoutedConnection(Nodes nodes) {
    this.nodes = nodes;
    this.node = nodes.primary;
  }

  // Binding and giving back.

  @Override
  Connection use() throws SQLException {
    Connection connection = physical;
    if (connection == null) {
      checkOpen();
      connection = bind();
    }
    inTransaction |= !autoCommit;
    return connection;
  }

  @Override
  void executing() throws SQLException {
    if (physical == null) {
      checkOpen();
    }
    inTransaction |= !autoCommit;
  }

  private Connection bind() throws SQLException {
    ReadIntent intent = ReadIntent.current();
    boolean read = reads(intent);
    Node chosen = read && intent != ReadIntent.PRIMARY ? nodes.forRead() : nodes.primary;
    Connection connection;
    try {
      connection = chosen.dataSource.getConnection();
    } catch (SQLException unreachable) {
      if (!chosen.replica || Thread.currentThread().isInterrupted()) {
        throw unreachable;
      }
      connection = insteadOf(chosen, unreachable);
      chosen = nodes.primary;
    }
    return bind(chosen, connection, read);
  }

  private boolean reads(@Nullable ReadIntent intent) {
    return readOnly == null ? intent == ReadIntent.REPLICA : readOnly;
  }

  private Connection insteadOf(Node replica, SQLException unreachable) throws SQLException {
    replica.putAside();
    nodes.fallbacks.increment();
    try {
      return nodes.primary.dataSource.getConnection();
    } catch (SQLException alsoUnreachable) {
      suppress(unreachable, alsoUnreachable);
      throw alsoUnreachable;
    }
  }

  private Connection bind(Node chosen, Connection connection, boolean read) throws SQLException {
    try {
      prepare(connection, read);
    } catch (SQLException | RuntimeException | Error failure) {
      try {
        connection.close();
      } catch (SQLException alsoFailed) {
        suppress(alsoFailed, failure);
      }
      throw failure;
    }
    chosen.countBound();
    node = chosen;
    boundReadOnly = read;
    physical = connection;
    if (closed) { // aborted meanwhile
      release();
      checkOpen();
    }
    return connection;
  }

  @SuppressWarnings("ReferenceEquality") // one object, not two equal ones
  private static void suppress(Throwable minor, Throwable failure) {
    if (minor != failure) { // a driver may throw one object twice
      failure.addSuppressed(minor);
    }
  }

  private void prepare(Connection connection, boolean read) throws SQLException {
    if (connection.isReadOnly() != read) {
      connection.setReadOnly(read);
    }
    if (state != null) {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      state.applyTo(connection);
    }
    if (connection.getAutoCommit() != autoCommit) {
      connection.setAutoCommit(autoCommit);
    }
  }

  private void release() throws SQLException {
    Connection connection = (Connection) PHYSICAL.getAndSet(this, null);
    if (connection != null) {
      node.countReleased();
      connection.close();
    }
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    release();
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    closed = true;
    Connection connection = physical;
    if (connection != null) {
      try {
        connection.abort(executor);
      } finally {
        release();
      }
    }
  }

  @Override
  public boolean isClosed() throws SQLException {
    Connection connection = physical;
    return closed || (connection != null && connection.isClosed());
  }

  @Override
  public boolean isValid(int timeout) throws SQLException {
    return !closed && use().isValid(timeout);
  }

  private void checkOpen() throws SQLException {
    if (closed) {
      throw new SQLNonTransientConnectionException("the connection is closed", "08003");
    }
  }

  // Reading or writing.

  @Override
  public void setReadOnly(boolean wanted) throws SQLException {
    checkOpen();
    Connection connection = physical;
    if (connection != null && wanted != boundReadOnly) {
      if (inTransaction) {
        throw new SQLException(
            "setReadOnly(" + wanted + ") in a transaction; commit or roll back first", "25001");
      }
      boolean idle = !hasOpenStatements() && !pinned;
      if (!wanted && node.replica && !idle) {
        throw new SQLException(
            "setReadOnly(false) on replica "
                + node
                + " while a statement is open or the connection was unwrapped; close it first",
            "HY010");
      }
      if (idle && (wanted || node.replica)) {
        release();
      } else {
        connection.setReadOnly(wanted);
        boundReadOnly = wanted;
      }
    }
    readOnly = wanted;
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    checkOpen();
    return physical == null ? reads(ReadIntent.current()) : boundReadOnly;
  }

  // Transactions.

  @Override
  public void setAutoCommit(boolean wanted) throws SQLException {
    checkOpen();
    Connection connection = physical;
    if (connection != null) {
      connection.setAutoCommit(wanted);
    }
    autoCommit = wanted;
    inTransaction &= !wanted;
  }

  @Override
  public boolean getAutoCommit() throws SQLException {
    checkOpen();
    return autoCommit;
  }

  @Override
  public void commit() throws SQLException {
    Connection connection = endable("commit");
    if (connection != null) {
      connection.commit();
    }
    inTransaction = false;
  }

  @Override
  public void rollback() throws SQLException {
    Connection connection = endable("roll back");
    if (connection != null) {
      connection.rollback();
    }
    inTransaction = false;
  }

  /** Returns what a transaction may have run on; null if it ran nothing. */
  private @Nullable Connection endable(String what) throws SQLException {
    checkOpen();
    Connection connection = physical;
    if (connection == null && autoCommit) {
      throw new SQLException("cannot " + what + " in auto-commit mode", "25P01");
    }
    return connection;
  }

  // Session settings: kept here as well, for the next physical connection.

  private SessionState state() {
    SessionState kept = state;
    if (kept == null) {
      kept = new SessionState();
      state = kept;
    }
    return kept;
  }

  private @Nullable Connection current() throws SQLException {
    checkOpen();
    return physical;
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    Connection connection = current();
    if (connection != null) {
      connection.setTransactionIsolation(level);
    }
    state().isolation = level;
  }

  @Override
  public int getTransactionIsolation() throws SQLException {
    Integer kept = state == null ? null : state.isolation;
    return current() == null && kept != null ? kept : use().getTransactionIsolation();
  }

  @Override
  public void setHoldability(int holdability) throws SQLException {
    Connection connection = current();
    if (connection != null) {
      connection.setHoldability(holdability);
    }
    state().holdability = holdability;
  }

  @Override
  public int getHoldability() throws SQLException {
    Integer kept = state == null ? null : state.holdability;
    return current() == null && kept != null ? kept : use().getHoldability();
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    Connection connection = current();
    if (connection != null) {
      connection.setCatalog(catalog);
    }
    state().catalog = catalog;
  }

  @Override
  public String getCatalog() throws SQLException {
    String kept = state == null ? null : state.catalog;
    return current() == null && kept != null ? kept : use().getCatalog();
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    Connection connection = current();
    if (connection != null) {
      inTransaction |= !autoCommit;
      connection.setSchema(schema);
    }
    state().schema = schema;
  }

  @Override
  public String getSchema() throws SQLException {
    String kept = state == null ? null : state.schema;
    return current() == null && kept != null ? kept : use().getSchema();
  }

  @Override
  public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
    Connection connection = current();
    if (connection != null) {
      connection.setTypeMap(map);
    }
    state().typeMap = map;
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    Map<String, Class<?>> kept = state == null ? null : state.typeMap;
    return current() == null && kept != null ? kept : use().getTypeMap();
  }

  @Override
  public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
    Connection connection = current();
    if (connection != null) {
      connection.setNetworkTimeout(executor, milliseconds);
    }
    state().networkTimeout(executor, milliseconds);
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    Integer kept = state == null ? null : state.networkTimeoutMillis;
    return current() == null && kept != null ? kept : use().getNetworkTimeout();
  }

  @Override
  public void setClientInfo(String name, String value) throws SQLClientInfoException {
    Connection connection = currentForClientInfo();
    if (connection != null) {
      connection.setClientInfo(name, value);
    }
    state().clientInfo(name, value);
  }

  @Override
  public void setClientInfo(Properties properties) throws SQLClientInfoException {
    Connection connection = currentForClientInfo();
    if (connection != null) {
      connection.setClientInfo(properties);
    }
    state().clientInfo(properties);
  }

  private @Nullable Connection currentForClientInfo() throws SQLClientInfoException {
    try {
      inTransaction |= physical != null && !autoCommit;
      return current();
    } catch (SQLException gone) {
      throw new SQLClientInfoException(gone.getMessage(), gone.getSQLState(), Map.of(), gone);
    }
  }

  @Override
  public String getClientInfo(String name) throws SQLException {
    return use().getClientInfo(name);
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    return use().getClientInfo();
  }

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    Connection connection = current();
    return connection == null ? null : connection.getWarnings();
  }

  @Override
  public void clearWarnings() throws SQLException {
    Connection connection = current();
    if (connection != null) {
      connection.clearWarnings();
    }
  }

  // Behind the curtain.

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    if (iface.isInstance(this)) {
      return iface.cast(this);
    }
    T own = use().unwrap(iface);
    pinned = true;
    return own;
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) throws SQLException {
    return iface.isInstance(this) || use().isWrapperFor(iface);
  }

  @Override
  public String toString() {
    String where = closed ? "closed" : physical == null ? "not bound" : "on " + node;
    return "RoutedConnection[" + nodes.name + ", " + where + "]";
  }
}
