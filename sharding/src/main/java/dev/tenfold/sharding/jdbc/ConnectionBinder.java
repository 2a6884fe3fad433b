// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.sharding.jdbc.SeenConnections.Seen;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Binds logical connections: selects the node, borrows a connection from its pool, and checks which
 * server is at the other end. {@link Nodes} knows which nodes are eligible, {@link NodeProbe} asks
 * the server.
 */
final class ConnectionBinder {
  private static final int MAX_FAILED_REPLICAS = 2;
  private static final int MAX_STRANGERS = 3;
  private static final int MAX_PRIMARIES = 3;

  final Nodes nodes;
  final Fallbacks fallbacks;

  /** The key of the scope of a thread. */
  final Ambient.Key<ScopeState> scopeKey = Ambient.key("consistency scope");

  private final NodeProbe probe;
  private final LagProber prober;
  private final RouteCounters counters;

  /** What is bound: it learns its route. */
  interface Target {

    /** Takes the route of the connection that is about to be bound. */
    void routed(Route route);
  }

  ConnectionBinder(
      Nodes nodes, NodeProbe probe, LagProber prober, RouteCounters counters, Fallbacks fallbacks) {
    this.nodes = nodes;
    this.probe = probe;
    this.prober = prober;
    this.counters = counters;
    this.fallbacks = fallbacks;
  }

  /**
   * Borrows a connection, and tells the logical connection its route.
   *
   * @param scope the scope that the connection belongs to; null for none
   * @param read whether the connection only reads
   * @param serializable whether the caller has set SERIALIZABLE, which a standby cannot serve
   */
  Connection bind(Target logical, @Nullable ScopeState scope, boolean read, boolean serializable)
      throws SQLException {
    if (scope != null) {
      requireKnownTimeline(scope);
    }
    Reason primaryOnly = read ? primaryOnly(serializable) : Reason.WRITE;
    return primaryOnly == null
        ? bindRead(logical, scope)
        : borrowPrimary(logical, scope, primaryOnly, false);
  }

  /**
   * Returns the route that a declared read would get now; null if it would be refused. The rules
   * are those of {@link #bind}; but nothing is asked, borrowed or waited for.
   */
  @Nullable Route explain(@Nullable ScopeState scope) {
    Members now = nodes.members();
    if (scope != null && isOfUnknownTimeline(scope.floor(), now)) {
      return null;
    }
    Reason primaryOnly = primaryOnly(now.serializableByDefault);
    if (primaryOnly != null) {
      return now.primaryRoute(primaryOnly);
    }
    long nowNanos = nodes.nowNanos();
    Staleness bound = Staleness.current();
    ScopeState.Seen seen = scope == null ? null : scope.seen();
    Route replica = nodes.replicaRoute(now, nowNanos, bound, scope, seen, 0);
    if (replica != null) {
      return replica;
    }
    boolean floored = scope != null && scope.hasFloor();
    return isLostAndAside(now.primary, nowNanos) || fallbacks.refuses(floored)
        ? null
        : now.primaryRoute(fallbackReason(now, nowNanos, bound, floored));
  }

  // The rules.

  /** A token can name the timeline of a server whose promotion this process has not seen. */
  private static boolean isOfUnknownTimeline(Token.@Nullable Entry floor, Members now) {
    return floor != null && floor.timeline() > now.timeline;
  }

  /** Returns why no replica may serve a read; null if replicas may. */
  private static @Nullable Reason primaryOnly(boolean serializable) {
    if (ReadIntent.current() == ReadIntent.PRIMARY) {
      return Reason.PRIMARY_INTENT;
    }
    return serializable ? Reason.SERIALIZABLE : null;
  }

  /** A primary that is lost is tried by one read after the other, not by all of them. */
  private static boolean isLostAndAside(@Nullable Node primary, long nowNanos) {
    return primary != null && primary.isLost() && primary.isAside(nowNanos);
  }

  /** Returns why the primary serves a read that no replica serves. */
  private Reason fallbackReason(
      Members now, long nowNanos, @Nullable Staleness bound, boolean floored) {
    boolean behind = floored && nodes.replicaRoute(now, nowNanos, bound, null, null, 0) != null;
    return behind ? Reason.SCOPE : Reason.NO_REPLICA;
  }

  private void requireKnownTimeline(ScopeState scope) throws SQLException {
    Token.Entry floor = scope.floor();
    if (floor == null || !isOfUnknownTimeline(floor, nodes.members())) {
      return;
    }
    if (scope.awaitsTimeline(floor.timeline())) {
      prober.awaitTimeline(floor.timeline());
    }
    Members now = nodes.members();
    if (isOfUnknownTimeline(floor, now)) {
      throw refused(
          "the token of the scope is of timeline "
              + floor.timeline()
              + ", but the highest timeline that this process has seen is "
              + now.timeline
              + ": another server was promoted");
    }
  }

  // Reads.

  private Connection bindRead(Target logical, @Nullable ScopeState scope) throws SQLException {
    Members now = nodes.members();
    Staleness bound = Staleness.current();
    long nowNanos = nodes.nowNanos();
    SQLException failure = null;
    int failures = 0;
    long tried = 0;
    while (failures < MAX_FAILED_REPLICAS) {
      ScopeState.Seen seen = scope == null ? null : scope.seen();
      Route route = nodes.replicaRoute(now, nowNanos, bound, scope, seen, tried);
      if (route == null) {
        break;
      }
      Node replica = route.node;
      if (scope != null && seen != null && !bindScope(scope, seen, replica)) {
        continue; // the scope has seen something else meanwhile
      }
      tried |= 1L << now.indexOf(replica);
      try {
        long max =
            route.reason == Reason.PRIMARY_LOST
                ? Nodes.ANY_STALENESS
                : nodes.maxStalenessNanos(bound);
        Connection connection = borrowReplica(replica, now, nowNanos, max, scope, seen);
        if (connection != null) {
          if (route.reason != Reason.REPLICA) { // the most frequent one is computed
            counters.count(route.reason);
          }
          logical.routed(route.in(scope));
          return connection;
        }
      } catch (Places.NoPlaceException busy) {
        if (Thread.currentThread().isInterrupted()) {
          throw busy;
        }
        failure = withSuppressed(busy, failure);
      } catch (SQLException | RuntimeException unusable) {
        if (Thread.currentThread().isInterrupted()) {
          throw unusable;
        }
        replica.borrowFailed(nodes.nowNanos());
        failures++;
        failure = withSuppressed(asSqlException(unusable), failure);
      }
    }
    return fallBack(logical, scope, now, nowNanos, bound, failure);
  }

  private boolean bindScope(ScopeState scope, ScopeState.Seen seen, Node replica) {
    return scope.bind(seen, replica, ScopeState.reaches(seen, replica.state()), nodes.started());
  }

  private static SQLException asSqlException(Exception failure) {
    return failure instanceof SQLException known
        ? known
        : new SQLException("the pool failed: " + failure.getMessage(), "08001", failure);
  }

  /**
   * Returns a connection of a replica; null if its server turned out not to be eligible. What the
   * node said is judged after the connection was borrowed: if the connection is new, its own answer
   * counts.
   */
  private @Nullable Connection borrowReplica(
      Node replica,
      Members selected,
      long nowNanos,
      long max,
      @Nullable ScopeState scope,
      ScopeState.@Nullable Seen seen)
      throws SQLException {
    Borrowed borrowed = borrowKnown(replica);
    Connection connection = borrowed.connection;
    try {
      NodeState state = replica.state();
      Members now = nodes.members();
      if (borrowed.said.isOf(state.server())
          && (now == selected || now.isReader(replica))
          && Nodes.eligibility(replica, state, nowNanos, max, scope, seen) == Eligibility.ELIGIBLE
          && (seen == null || ScopeState.reaches(seen, state) || seen.hasLifeOf(borrowed.said))) {
        replica.borrowed();
        return connection;
      }
    } catch (RuntimeException | Error failure) {
      discard(replica, connection, failure);
      throw failure;
    }
    giveBack(replica, connection);
    return null;
  }

  private Connection fallBack(
      Target logical,
      @Nullable ScopeState scope,
      Members now,
      long nowNanos,
      @Nullable Staleness bound,
      @Nullable SQLException failure)
      throws SQLException {
    boolean floored = scope != null && scope.hasFloor();
    requireNotAside(now, nowNanos, failure);
    Reason reason = fallbackReason(now, nowNanos, bound, floored);
    boolean place = false;
    try {
      place = enterFallback(floored);
      return borrowPrimary(logical, scope, reason, place);
    } catch (SQLException refused) {
      if (place) {
        fallbacks.leave();
      }
      throw withSuppressed(refused, failure);
    } catch (RuntimeException | Error failed) {
      if (place) {
        fallbacks.leave();
      }
      throw failed;
    }
  }

  private boolean enterFallback(boolean floored) throws SQLException {
    try {
      return fallbacks.enter(floored);
    } catch (SQLException refused) {
      counters.count(Reason.REFUSED);
      throw refused;
    }
  }

  private void requireNotAside(Members now, long nowNanos, @Nullable SQLException failure)
      throws SQLException {
    Node primary = now.primary;
    if (primary != null && isLostAndAside(primary, nowNanos)) {
      throw withSuppressed(
          refused(
              "no replica qualifies for the read, and the primary, node "
                  + primary
                  + ", is lost: "
                  + primary.state().failure),
          failure);
    }
  }

  // The primary.

  private Connection borrowPrimary(
      Target logical, @Nullable ScopeState scope, Reason reason, boolean holdsPlace)
      throws SQLException {
    prober.awaitFirstRound();
    for (int i = 0; i < MAX_PRIMARIES; i++) {
      Node primary = nodes.members().primary;
      if (primary == null) {
        break;
      }
      Connection connection;
      try {
        connection = borrowKnown(primary).connection;
      } catch (Places.NoPlaceException busy) {
        throw busy;
      } catch (SQLException | RuntimeException unusable) {
        primary.borrowFailed(nodes.nowNanos());
        throw unusable;
      }
      primary.borrowed();
      Members now = nodes.members();
      Route route = now.primaryRoute(reason);
      if (now.primary == primary && route != null) {
        counters.count(reason);
        logical.routed((holdsPlace ? route.withPlace() : route).in(scope));
        return connection;
      }
      giveBack(primary, connection); // its own answer showed that it is not the primary
    }
    String problem = nodes.members().problem;
    throw refused(problem == null ? "the primary changes all the time" : problem);
  }

  // Pools.

  /** A connection of a pool, and what it said when it was asked. */
  private record Borrowed(Connection connection, Seen said) {}

  /** Returns a connection to the server that the latest answer of a node came from. */
  private Borrowed borrowKnown(Node node) throws SQLException {
    for (int i = 0; i < MAX_STRANGERS; i++) {
      Connection connection = take(node);
      try {
        Seen said = identify(node, connection);
        if (said.isOf(node.state().server())) {
          return new Borrowed(connection, said);
        }
      } catch (SQLException | RuntimeException | Error failure) {
        discard(node, connection, failure);
        throw failure;
      }
      discard(node, connection, null);
    }
    throw new SQLTransientConnectionException(
        "connections of node " + node + " lead to another server than its probes", "08006");
  }

  private Seen identify(Node node, Connection connection) throws SQLException {
    Object physical = node.pool.physical(connection);
    Seen known = node.seen.find(physical);
    return known == null ? probe.firstSeen(node, connection, physical) : known;
  }

  /** Takes a place in the bulkhead of a node, and a connection from its pool. */
  private Connection take(Node node) throws SQLException {
    node.enter();
    try {
      return node.pool.borrow();
    } catch (SQLException | RuntimeException | Error failure) {
      node.leaveUnused();
      throw failure;
    }
  }

  private static void giveBack(Node node, Connection connection) throws SQLException {
    try {
      connection.close();
    } finally {
      node.leaveUnused();
    }
  }

  private static void discard(Node node, Connection connection, @Nullable Throwable failure) {
    try {
      node.pool.discard(connection);
    } catch (SQLException | RuntimeException second) {
      suppress(second, failure);
    } finally {
      node.leaveUnused();
    }
  }

  // Scopes.

  /** Notes that an operation of a scope's connection begins. */
  void began(Route route) {
    route.began = nodes.started();
    route.succeeded = false;
  }

  /** Notes that an operation of a scope's connection has ended, returned or thrown. */
  void ended(Route route, boolean inTransaction) {
    ScopeState scope = route.scope;
    if (scope == null) {
      return;
    }
    if (route.succeeded || !route.isOnReplica()) {
      scope.ended(route.node, route.began, nodes.started());
    } else {
      scope.failed(route.node);
    }
    if (!inTransaction && !route.isOnReplica()) {
      prober.demandRound();
    }
  }

  /** Notes that something was written or read that no operation shows. */
  void wroteOrRead(Route route) {
    ScopeState scope = route.scope;
    if (scope != null) {
      scope.justNow(nodes.started());
      if (!route.isOnReplica()) {
        prober.demandRound();
      }
    }
  }

  private SQLException refused(String why) {
    counters.count(Reason.REFUSED);
    return new SQLTransientConnectionException("data source " + nodes.name + ": " + why, "08004");
  }

  private static SQLException withSuppressed(SQLException failure, @Nullable SQLException other) {
    if (other != null) {
      suppress(other, failure);
    }
    return failure;
  }

  @SuppressWarnings("ReferenceEquality") // the same object, not an equal one
  static void suppress(Throwable suppressed, @Nullable Throwable failure) {
    if (failure != null && suppressed != failure) { // a driver can throw the same object twice
      failure.addSuppressed(suppressed);
    }
  }
}
