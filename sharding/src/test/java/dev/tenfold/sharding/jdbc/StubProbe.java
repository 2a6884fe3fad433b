// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** A probe with positions that a test sets. A pool without a position is an unreachable server. */
final class StubProbe implements LagProbe {
  final Map<StubPool, Position> positions = new HashMap<>();

  void at(StubPool pool, long offset) {
    positions.put(pool, new Position("h", offset));
  }

  @Override
  public Position primaryPosition(Statement statement) throws SQLException {
    return position(statement);
  }

  @Override
  public Position replicaPosition(Statement statement) throws SQLException {
    return position(statement);
  }

  private Position position(Statement statement) throws SQLException {
    Position position = positions.get(statement.getConnection().unwrap(StubPool.class));
    if (position == null) {
      throw new SQLException("unknown");
    }
    return position;
  }
}
