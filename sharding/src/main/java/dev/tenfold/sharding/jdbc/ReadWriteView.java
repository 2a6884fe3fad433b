// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** A view of a read/write data source: its connections only read, or belong to one scope. */
final class ReadWriteView extends AbstractDataSource {
  final ConnectionBinder binder;
  final LagProber prober;
  private final Origin origin;

  ReadWriteView(
      ConnectionBinder binder, LagProber prober, boolean readOnly, @Nullable ScopeState scope) {
    this.binder = binder;
    this.prober = prober;
    this.origin = new Origin(binder, readOnly, scope);
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (binder.nodes.closed()) {
      throw new SQLNonTransientConnectionException(label() + " is closed", "08003");
    }
    prober.resume();
    return new RoutedConnection(origin);
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(label() + " connects as the users of its pools");
  }

  boolean isReadOnly() {
    return origin.readOnly;
  }

  /** Returns whether two views are of one data source. */
  boolean isOf(ReadWriteView other) {
    return binder == other.binder;
  }

  @Override
  String label() {
    return "data source " + binder.nodes.name;
  }

  @Override
  public String toString() {
    return "ReadWriteView[" + binder.nodes.name + (origin.readOnly ? ", read-only]" : "]");
  }
}
