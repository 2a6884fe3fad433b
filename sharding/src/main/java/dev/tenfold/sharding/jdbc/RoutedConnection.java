// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.ReadIntent;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A logical connection of a {@link ReadWriteDataSource}. The first use binds a physical connection
 * of the node that {@link Nodes} selects. The physical connection is released by {@link #close},
 * and by a change of {@code setReadOnly} while no transaction and no statement is open.
 *
 * <p>Confined to one thread at a time, except for {@link #abort} and {@link #close}, which other
 * threads may call. Each of them takes the physical connection out of its field in one atomic step,
 * so only one thread releases the connection.
 */
final class RoutedConnection extends SessionConnection {
  private static final VarHandle PHYSICAL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "physical",
          VarHandle.class,
          RoutedConnection.class,
          Connection.class);

  private final Nodes nodes;
  private volatile @Nullable Connection physical;
  private volatile boolean closed;
  private Node node; // the node of the physical connection; written before it
  private boolean boundReadOnly;
  private @Nullable Boolean readOnly; // as declared by the caller; null if not declared
  private boolean autoCommit = true;
  private boolean inTransaction; // true if anything was used while auto-commit was off
  private boolean unwrapped; // the caller has the connection of the pool

  RoutedConnection(Nodes nodes) {
    this.nodes = nodes;
    this.node = nodes.primary;
  }

  // Binding and releasing.

  @Override
  Connection use() throws SQLException {
    Connection connection = physical;
    if (connection == null) {
      checkOpen();
      connection = bind();
    }
    noteUse();
    return connection;
  }

  @Override
  void executing() throws SQLException {
    if (physical == null) {
      checkOpen();
    }
    noteUse();
  }

  private Connection bind() throws SQLException {
    ReadIntent intent = ReadIntent.current();
    boolean read = isRead(intent);
    Node chosen = read && intent != ReadIntent.PRIMARY ? nodes.forRead() : nodes.primary;
    Connection connection;
    try {
      connection = chosen.dataSource.getConnection();
    } catch (SQLException unreachable) {
      if (!chosen.replica || Thread.currentThread().isInterrupted()) {
        throw unreachable;
      }
      connection = fallBackFrom(chosen, unreachable);
      chosen = nodes.primary;
    }
    return bind(chosen, connection, read);
  }

  private boolean isRead(@Nullable ReadIntent intent) {
    return readOnly == null ? intent == ReadIntent.REPLICA : readOnly;
  }

  private Connection fallBackFrom(Node replica, SQLException unreachable) throws SQLException {
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
    if (closed) { // abort() ran at the same time
      release();
      checkOpen();
    }
    return connection;
  }

  @SuppressWarnings("ReferenceEquality") // the same object, not an equal one
  private static void suppress(Throwable suppressed, Throwable failure) {
    if (suppressed != failure) { // a driver can throw the same object twice
      failure.addSuppressed(suppressed);
    }
  }

  private void prepare(Connection connection, boolean read) throws SQLException {
    if (connection.isReadOnly() != read) {
      connection.setReadOnly(read);
    }
    SessionState state = sessionState();
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

  // Read-only mode.

  @Override
  public void setReadOnly(boolean wanted) throws SQLException {
    checkOpen();
    Connection connection = physical;
    if (connection != null && wanted != boundReadOnly) {
      if (inTransaction) {
        throw new SQLException(
            "setReadOnly(" + wanted + ") in a transaction; commit or roll back first", "25001");
      }
      boolean idle = !hasOpenStatements() && !unwrapped;
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
    return physical == null ? isRead(ReadIntent.current()) : boundReadOnly;
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
    Connection connection = requireTransaction("commit");
    if (connection != null) {
      connection.commit();
    }
    inTransaction = false;
  }

  @Override
  public void rollback() throws SQLException {
    Connection connection = requireTransaction("roll back");
    if (connection != null) {
      connection.rollback();
    }
    inTransaction = false;
  }

  /** Returns the connection of the transaction; null if nothing was executed in it. */
  private @Nullable Connection requireTransaction(String what) throws SQLException {
    checkOpen();
    Connection connection = physical;
    if (connection == null && autoCommit) {
      throw new SQLException("cannot " + what + " in auto-commit mode", "25P01");
    }
    return connection;
  }

  @Override
  @Nullable Connection bound() throws SQLException {
    checkOpen();
    return physical;
  }

  @Override
  void noteUse() {
    inTransaction |= !autoCommit;
  }

  // Warnings and unwrapping.

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    Connection connection = bound();
    return connection == null ? null : connection.getWarnings();
  }

  @Override
  public void clearWarnings() throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      connection.clearWarnings();
    }
  }

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    if (iface.isInstance(this)) {
      return iface.cast(this);
    }
    T own = use().unwrap(iface);
    unwrapped = true;
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
