// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Why a node serves a connection, and under which roles that was decided. Immutable, but for the
 * progress of the running operation, which only the route of a scope's connection has.
 */
final class Route {
  final Node node;
  final Reason reason;

  /** {@link Members#generation} at that time. */
  final int generation;

  /** Whether the connection holds a place of the share for fallbacks. */
  final boolean holdsPlace;

  /** The scope that the connection belongs to; null if it belongs to none. */
  final @Nullable ScopeState scope;

  /** How many questions had been sent when the operation began. */
  long began;

  /** Whether the operation has returned. */
  boolean succeeded;

  Route(Node node, Reason reason, int generation, boolean holdsPlace, @Nullable ScopeState scope) {
    this.node = node;
    this.reason = reason;
    this.generation = generation;
    this.holdsPlace = holdsPlace;
    this.scope = scope;
  }

  /** Returns this route for a connection of a scope. */
  Route in(@Nullable ScopeState other) {
    return other == null ? this : new Route(node, reason, generation, holdsPlace, other);
  }

  Route withPlace() {
    return new Route(node, reason, generation, true, scope);
  }

  /** Returns whether the server may take writes: it is no standby, or was promoted since. */
  boolean mayWriteNow() {
    return !isOnReplica() || !node.state().isStandby();
  }

  boolean isOnReplica() {
    return reason == Reason.REPLICA || reason == Reason.PRIMARY_LOST;
  }
}
