// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import org.jspecify.annotations.Nullable;

/** The view that a logical connection comes from. Immutable. */
final class Origin {
  final ConnectionBinder binder;

  /** Whether the connections of the view only read. */
  final boolean readOnly;

  /** The scope that the connections of the view belong to; null for the one that is open. */
  private final @Nullable ScopeState scope;

  Origin(ConnectionBinder binder, boolean readOnly, @Nullable ScopeState scope) {
    this.binder = binder;
    this.readOnly = readOnly;
    this.scope = scope;
  }

  /** Returns the scope that a connection belongs to if it is bound now. */
  @Nullable ScopeState scopeNow() {
    return scope == null ? Ambient.get(binder.scopeKey) : scope;
  }
}
