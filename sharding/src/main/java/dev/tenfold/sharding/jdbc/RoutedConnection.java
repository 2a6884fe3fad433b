// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A logical connection of a {@link ReadWriteDataSource}. The first use binds a physical connection,
 * which {@link ConnectionBinder} borrows. The physical connection is released by {@link #close},
 * and by a change of {@code setReadOnly} while no transaction and no statement is open.
 *
 * <p>Confined to one thread at a time, except for {@link #abort} and {@link #close}, which other
 * threads may call. Each of them takes the physical connection out of its field in one atomic step,
 * so only one thread releases the connection.
 */
final class RoutedConnection extends TransactionConnection implements ConnectionBinder.Target {
  private static final VarHandle PHYSICAL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "physical",
          VarHandle.class,
          RoutedConnection.class,
          Connection.class);

  private final ConnectionBinder binder;
  private final boolean ofReadOnlyView;
  private final @Nullable ScopeState ofScopeView;
  private volatile @Nullable Connection physical;
  private volatile boolean closed;
  private @Nullable Node node; // of the physical connection; written before it
  private @Nullable ScopeState scope;
  private Reason reason = Reason.WRITE;
  private int generation;
  private boolean holdsFallback;
  private boolean boundReadOnly;
  private boolean enforced; // the server was told that the session only reads
  private @Nullable Boolean readOnly; // as declared by the caller; null if not declared
  private boolean unwrapped; // the caller has the connection of the pool

  RoutedConnection(
      ConnectionBinder binder, boolean ofReadOnlyView, @Nullable ScopeState ofScopeView) {
    this.binder = binder;
    this.ofReadOnlyView = ofReadOnlyView;
    this.ofScopeView = ofScopeView;
    if (ofReadOnlyView) {
      readOnly = true;
    }
  }

  // Binding.

  @Override
  Connection use() throws SQLException {
    Connection connection = physical;
    return connection == null ? bind() : connection;
  }

  private Connection bind() throws SQLException {
    checkOpen();
    scope = ofScopeView == null ? Ambient.get(binder.scopeKey) : ofScopeView;
    boolean read = isRead();
    Connection connection = binder.bind(this, read, isSerializable());
    Node chosen = requireNode();
    try {
      prepare(chosen, connection, read);
    } catch (SQLException | RuntimeException | Error failure) {
      try {
        giveBack(chosen, connection);
      } catch (SQLException alsoFailed) {
        ConnectionBinder.suppress(alsoFailed, failure);
      }
      throw failure;
    }
    chosen.countBound();
    boundReadOnly = read;
    physical = connection;
    if (closed) { // abort() ran at the same time
      release();
      checkOpen();
    }
    return connection;
  }

  private boolean isRead() {
    Boolean declared = readOnly;
    return declared == null ? ReadIntent.current() == ReadIntent.REPLICA : declared;
  }

  @Override
  public void routed(Node chosen, Reason why, int atGeneration) {
    node = chosen;
    reason = why;
    generation = atGeneration;
    holdsFallback = false;
  }

  @Override
  public void holdsFallback(boolean place) {
    holdsFallback = place;
  }

  @Override
  public @Nullable ScopeState scope() {
    return scope;
  }

  private Node requireNode() {
    Node known = node;
    if (known == null) {
      throw new IllegalStateException("no node was chosen");
    }
    return known;
  }

  private void prepare(Node chosen, Connection connection, boolean read) throws SQLException {
    boolean poolMode = connection.getAutoCommit();
    binder.nodes.requireAutoCommit(chosen, poolMode);
    boolean wanted = autoCommitOr(poolMode);
    if (connection.isReadOnly() != read) {
      connection.setReadOnly(read);
    }
    SessionState state = sessionState();
    if (state != null) {
      if (!poolMode) {
        connection.setAutoCommit(true); // no setting begins a transaction
      }
      state.applyTo(connection);
      poolMode = true;
    }
    if (poolMode != wanted) {
      connection.setAutoCommit(wanted);
    }
  }

  @Override
  Boolean poolAutoCommit() throws SQLException {
    Boolean known = binder.nodes.autoCommit();
    return known == null ? use().getAutoCommit() : known;
  }

  // Use.

  @Override
  void executing() throws SQLException {
    Connection connection = physical;
    if (connection == null) {
      checkOpen();
    } else if (boundReadOnly) {
      if (!enforced && requireNode() == binder.nodes.members().primary && getAutoCommit()) {
        enforceReadOnly(connection);
      }
    } else {
      requireGeneration();
    }
    noteUse();
  }

  @Override
  void executed() {
    ScopeState current = scope;
    Node where = node;
    if (current != null && where != null) {
      binder.ended(current, where, inTransaction());
    }
  }

  @Override
  String where() {
    return String.valueOf(node);
  }

  @Override
  boolean mayWrite() {
    return !boundReadOnly;
  }

  /** Refuses to go on if the roles have changed since a connection for writing was bound. */
  @Override
  void requireGeneration() throws SQLException {
    Members now = binder.nodes.members();
    if (now.generation != generation && !boundReadOnly) {
      throw new SQLNonTransientConnectionException(
          "node "
              + node
              + " is not the primary any more ("
              + (now.primary == null ? now.problem : "node " + now.primary + " is")
              + "); nothing was committed on this connection: close it, and repeat the transaction",
          "08006");
    }
  }

  /**
   * Tells the server that the session only reads. A standby needs no telling, and a transaction is
   * begun as read-only; but in auto-commit mode pgjdbc leaves {@code setReadOnly} to the caller.
   */
  private void enforceReadOnly(Connection connection) throws SQLException {
    if (PostgresDriver.isPostgres(connection)) {
      PostgresDriver.readOnly(connection, true);
    }
    enforced = true;
  }

  private void endEnforcement(Connection connection) throws SQLException {
    if (enforced) {
      enforced = false;
      if (PostgresDriver.isPostgres(connection)) {
        PostgresDriver.readOnly(connection, false);
      }
    }
  }

  // Releasing.

  private void release() throws SQLException {
    Connection connection = (Connection) PHYSICAL.getAndSet(this, null);
    if (connection == null) {
      return;
    }
    Node where = requireNode();
    boolean ends = inTransaction() || unwrapped; // else the last execution has ended already
    endTransaction();
    try {
      if (enforced) {
        endEnforcementOrDiscard(where, connection);
      }
    } finally {
      try {
        giveBack(where, connection);
      } finally {
        where.countReleased();
        if (ends) {
          executed();
        }
      }
    }
  }

  /** A session that stays read-only must not go back to the pool. */
  private void endEnforcementOrDiscard(Node where, Connection connection) throws SQLException {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
      endEnforcement(connection);
    } catch (SQLException | RuntimeException dead) {
      where.pool.discard(connection);
    }
  }

  private void giveBack(Node where, Connection connection) throws SQLException {
    try {
      connection.close();
    } finally {
      where.leave();
      if (holdsFallback) {
        holdsFallback = false;
        binder.fallbacks.leave();
      }
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
        enforced = false; // nothing more can be sent
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

  @Override
  void checkOpen() throws SQLException {
    if (closed) {
      throw new SQLNonTransientConnectionException("the connection is closed", "08003");
    }
  }

  @Override
  @Nullable Connection bound() throws SQLException {
    checkOpen();
    return physical;
  }

  // Read-only mode and isolation: what decides about the node.

  @Override
  public void setReadOnly(boolean wanted) throws SQLException {
    checkOpen();
    if (ofReadOnlyView && !wanted) {
      throw new SQLException(
          "setReadOnly(false): this connection is of a read-only data source", "25006");
    }
    Connection connection = physical;
    if (connection != null && wanted != boundReadOnly) {
      if (inTransaction()) {
        throw new SQLException(
            "setReadOnly(" + wanted + ") in a transaction; commit or roll back first", "25001");
      }
      boolean idle = isIdle();
      if (!wanted && isOnReplica() && !idle) {
        throw notIdle("setReadOnly(false)");
      }
      if (idle && (wanted || isOnReplica())) {
        release();
      } else {
        endEnforcement(connection);
        connection.setReadOnly(wanted);
        boundReadOnly = wanted;
      }
    }
    readOnly = wanted;
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    checkOpen();
    return physical == null ? isRead() : boundReadOnly;
  }

  /** Leaves a replica for SERIALIZABLE, which a standby cannot serve. */
  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    checkOpen();
    if (level == TRANSACTION_SERIALIZABLE
        && physical != null
        && isOnReplica()
        && !inTransaction()) {
      if (!isIdle()) {
        throw notIdle("setTransactionIsolation(SERIALIZABLE)");
      }
      release();
    }
    super.setTransactionIsolation(level);
  }

  private boolean isIdle() throws SQLException {
    return !unwrapped && !hasOpenStatements();
  }

  private boolean isOnReplica() {
    return reason == Reason.REPLICA || reason == Reason.PRIMARY_LOST;
  }

  private SQLException notIdle(String what) {
    return new SQLException(
        what
            + " on replica "
            + node
            + " while a statement is open or the connection was unwrapped; close it first",
        "HY010");
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
    Connection connection = use();
    if (iface == RouteDecision.class) {
      return iface.cast(new RouteDecision(requireNode().id, reason, Map.of()));
    }
    T own = connection.unwrap(iface);
    unwrapped = true;
    return own;
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) throws SQLException {
    return iface.isInstance(this) || iface == RouteDecision.class || use().isWrapperFor(iface);
  }

  @Override
  public String toString() {
    String where = closed ? "closed" : physical == null ? "not bound" : "on " + node;
    return "RoutedConnection[" + binder.nodes.name + ", " + where + "]";
  }
}
