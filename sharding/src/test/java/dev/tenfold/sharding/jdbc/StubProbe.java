// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A probe with readings that a test sets. A pool without a reading is an unreachable server. The
 * pool whose name is "primary" is one, unless the test says otherwise.
 */
final class StubProbe implements LagProbe {
  static final Duration FLUSH_DELAY = Duration.ofMillis(600);

  private final Map<StubPool, Reading> readings = new HashMap<>();
  private StubPool broken;
  private final Map<StubPool, Integer> asked = new HashMap<>();

  /** Returns how often a server was asked. */
  int asked(StubPool pool) {
    return asked.getOrDefault(pool, 0);
  }

  void at(StubPool pool, long offset) {
    at(pool, offset, !pool.name.equals("primary"));
  }

  void at(StubPool pool, long offset, boolean standby) {
    at(pool, new Position("c", 1, offset), standby);
  }

  void at(StubPool pool, Position position, boolean standby) {
    set(pool, reading(pool.name, position, standby));
  }

  void set(StubPool pool, Reading reading) {
    readings.put(pool, reading);
  }

  static Reading reading(String server, Position position, boolean standby) {
    return new Reading(server, standby, position, position.offset(), FLUSH_DELAY, false);
  }

  void unreachable(StubPool pool) {
    readings.remove(pool);
  }

  /** Makes the questions to a pool fail with an Error; null for none. */
  void breakOn(StubPool pool) {
    broken = pool;
  }

  void allUnreachable() {
    readings.clear();
  }

  @Override
  public Reading read(Statement statement) throws SQLException {
    StubPool pool = statement.getConnection().unwrap(StubPool.class);
    asked.merge(pool, 1, Integer::sum);
    if (pool == broken) {
      throw new NoClassDefFoundError("half a driver");
    }
    Reading reading = readings.get(pool);
    if (reading == null) {
      throw new SQLException("unknown");
    }
    return reading;
  }
}
