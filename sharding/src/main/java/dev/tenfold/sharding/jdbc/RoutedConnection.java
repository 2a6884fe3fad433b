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

  private static final VarHandle CLOSED =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "closed", VarHandle.class, RoutedConnection.class, boolean.class);
  private static final byte UNDECLARED = 0;
  private static final byte READ = 1;
  private static final byte WRITE = 2;

  private final Origin origin;
  private volatile @Nullable Connection physical;
  private @Nullable Route route; // of the physical connection; written before it
  private volatile boolean closed;
  private byte intent; // as declared by the caller
  private boolean boundReadOnly;
  private boolean enforced; // the server was told that the session only reads
  private boolean unwrapped; // the caller has the connection of the pool
  private boolean handedOut; // the caller has another object of the pool

  RoutedConnection(Origin origin) {
    this.origin = origin;
    this.intent = origin.readOnly ? READ : UNDECLARED;
  }

  // Binding.

  @Override
  Connection use() throws SQLException {
    Connection connection = physical;
    return connection == null ? bind() : connection;
  }

  private Connection bind() throws SQLException {
    checkOpen();
    boolean read = isRead();
    boolean serializable = isSerializable(origin.binder.nodes.serializableByDefault());
    Connection connection = origin.binder.bind(this, origin.scopeNow(), read, serializable);
    Route chosen = requireRoute();
    try {
      prepare(chosen.node, connection, read);
    } catch (SQLException | RuntimeException | Error failure) {
      try {
        giveBack(chosen, connection);
      } catch (SQLException alsoFailed) {
        ConnectionBinder.suppress(alsoFailed, failure);
      }
      throw failure;
    }
    boundReadOnly = read;
    physical = connection;
    if (closed) { // abort() ran at the same time
      release();
      checkOpen();
    }
    return connection;
  }

  private boolean isRead() {
    return intent == UNDECLARED ? ReadIntent.current() == ReadIntent.REPLICA : intent == READ;
  }

  @Override
  public void routed(Route chosen) {
    route = chosen;
  }

  private Route requireRoute() {
    Route known = route;
    if (known == null) {
      throw new IllegalStateException("no node was chosen");
    }
    return known;
  }

  @Override
  @Nullable ScopeState scope() {
    Route known = route;
    return known == null ? null : known.scope;
  }

  private void prepare(Node chosen, Connection connection, boolean read) throws SQLException {
    boolean poolMode = connection.getAutoCommit();
    origin.binder.nodes.requireAutoCommit(chosen, poolMode);
    boolean wanted = autoCommitOr(poolMode);
    if (connection.isReadOnly() != read) {
      connection.setReadOnly(read);
    }
    SessionState state = session;
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
    Boolean known = origin.binder.nodes.autoCommit();
    return known == null ? use().getAutoCommit() : known;
  }

  // Use.

  @Override
  void executing() throws SQLException {
    Connection connection = physical;
    if (connection == null) {
      checkOpen(); // the statement is closed, which its driver says
      return;
    }
    Route bound = requireRoute();
    if (bound.scope != null) {
      origin.binder.began(bound);
    }
    if (!boundReadOnly) {
      requireGeneration();
    } else if (!enforced && getAutoCommit()) {
      enforceReadOnly(connection);
    }
    noteUse();
  }

  @Override
  void succeeded() {
    Route bound = route;
    if (bound != null && bound.scope != null) {
      bound.succeeded = true;
    }
  }

  @Override
  void executed() {
    Route bound = route;
    if (bound != null && bound.scope != null) {
      origin.binder.ended(bound, inTransaction());
    }
  }

  /** On a standby the end of a transaction shows nothing. */
  @Override
  void transactionOver() {
    Route bound = route;
    if (bound != null && bound.scope != null && !bound.isOnReplica()) {
      origin.binder.wroteOrRead(bound);
    }
    handedOut = false;
  }

  /** What the caller can do with the object is not seen: closing the connection counts for it. */
  @Override
  void handedOut() {
    handedOut = true;
  }

  @Override
  void rowsHandedOut() {
    handedOut |= !boundReadOnly;
  }

  @Override
  boolean mayWrite() {
    return !boundReadOnly;
  }

  @Override
  String where() {
    return String.valueOf(requireRoute().node);
  }

  /** Refuses to go on if the roles have changed since a connection for writing was bound. */
  @Override
  void requireGeneration() throws SQLException {
    Members now = origin.binder.nodes.members();
    Route bound = requireRoute();
    if (now.generation != bound.generation && !boundReadOnly) {
      throw new SQLNonTransientConnectionException(
          "node "
              + bound.node
              + " is not the primary any more ("
              + (now.primary == null ? now.problem : "node " + now.primary + " is")
              + "); what was not committed on this connection is lost: close it, and repeat the transaction",
          "08006");
    }
  }

  /**
   * Tells the server that the session only reads. A standby needs no telling, and a transaction is
   * begun as read-only; but in auto-commit mode pgjdbc leaves {@code setReadOnly} to the caller,
   * and so do its own functions, such as COPY, in every mode.
   */
  private void enforceReadOnly(Connection connection) throws SQLException {
    if (!enforced && requireRoute().mayWriteNow()) {
      tellServer(connection, true);
      enforced = true;
    }
  }

  private void endEnforcement(Connection connection) throws SQLException {
    if (enforced) {
      tellServer(connection, false);
      enforced = false;
    }
  }

  /** Tells it outside of a transaction, which could take the setting back. */
  private static void tellServer(Connection connection, boolean readOnly) throws SQLException {
    if (!PostgresDriver.isPostgres(connection)) {
      return;
    }
    boolean autoCommit = connection.getAutoCommit();
    if (!autoCommit) {
      connection.setAutoCommit(true);
    }
    PostgresDriver.readOnly(connection, readOnly);
    if (!autoCommit) {
      connection.setAutoCommit(false);
    }
  }

  // Releasing.

  private void release() throws SQLException {
    Connection connection = (Connection) PHYSICAL.getAndSet(this, null);
    if (connection == null) {
      return;
    }
    Route where = requireRoute();
    boolean open = inTransaction() || unwrapped;
    boolean ends = unwrapped || handedOut || (open && !where.isOnReplica());
    endTransaction();
    try {
      if (enforced || open) {
        cleanOrDiscard(where.node, connection);
      }
    } finally {
      try {
        giveBack(where, connection);
      } finally {
        if (ends && where.scope != null) {
          origin.binder.wroteOrRead(where);
        }
        handedOut = false;
      }
    }
  }

  /**
   * Ends what must not go back to the pool: a transaction, and a session that stays read-only.
   * HikariCP rolls back too, but not what it does not know: a transaction that a savepoint began,
   * or the driver for a function of its own. Then it commits the transaction, or lends it, or fails
   * to reset the connection and lends it in manual mode.
   */
  private void cleanOrDiscard(Node where, Connection connection) throws SQLException {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
      endEnforcement(connection);
    } catch (SQLException | RuntimeException dead) {
      where.pool.discard(connection);
    }
  }

  private void giveBack(Route where, Connection connection) throws SQLException {
    try {
      connection.close();
    } finally {
      where.node.leave();
      if (where.holdsPlace) {
        origin.binder.fallbacks.leave();
      }
    }
  }

  @Override
  public void close() throws SQLException {
    CLOSED.setRelease(
        this, true); // cheaper than volatile; abort() needs the order, close() does not
    release();
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    closed = true;
    Connection connection = physical;
    if (connection != null) {
      try {
        connection.abort(executor);
        endTransaction(); // nothing more can be sent
        unwrapped = false;
        enforced = false;
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
    if (origin.readOnly && !wanted) {
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
    intent = wanted ? READ : WRITE;
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
    return requireRoute().isOnReplica();
  }

  private SQLException notIdle(String what) {
    return new SQLException(
        what
            + " on replica "
            + where()
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
      Route known = requireRoute();
      return iface.cast(new RouteDecision(known.node.id, known.reason, Map.of()));
    }
    T own = connection.unwrap(iface);
    unwrapped = true;
    if (boundReadOnly && !inTransaction()) {
      enforceReadOnly(connection);
    }
    noteUse(); // COPY through the driver is no execution that is seen
    return own;
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) throws SQLException {
    return iface.isInstance(this) || iface == RouteDecision.class || use().isWrapperFor(iface);
  }

  @Override
  public String toString() {
    String where = closed ? "closed" : physical == null ? "not bound" : "on " + where();
    return "RoutedConnection[" + origin.binder.nodes.name + ", " + where + "]";
  }
}
