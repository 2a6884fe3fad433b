// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.sharding.history.Event.Declared;
import dev.tenfold.sharding.history.Event.Failed;
import dev.tenfold.sharding.history.Event.Outcome;
import dev.tenfold.sharding.history.Event.Read;
import dev.tenfold.sharding.history.Event.Write;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.RouteDecision;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/**
 * A scope of a simulation, which reads and writes step by step: at most one transaction that reads
 * and one that writes are open.
 */
final class SimulatedScope {
  final long number;

  private final Simulation world;
  private final ConsistencyScope scope;
  private final DataSource dataSource;
  private Connection reading;
  private long readingBound;
  private Connection writing;
  private final Map<Integer, Long> written = new HashMap<>();

  SimulatedScope(Simulation world, SimulatedProcess process, long number, String token) {
    this.world = world;
    this.number = number;
    try (ConsistencyScope opened = process.dataSource.openScope(token)) {
      this.scope = opened;
      this.dataSource = opened.dataSource();
    }
  }

  /** Returns a token; null if a transaction that writes is open. */
  String captured() {
    return writing == null ? scope.captureToken() : null;
  }

  void step() {
    switch (world.random.nextInt(10)) {
      case 0, 1, 2, 3 -> read();
      case 4 -> readInTransaction();
      case 5 -> endReading();
      case 6 -> write();
      case 7, 8 -> writeInTransaction();
      default -> {
        if (world.oneIn(5)) {
          scope.wrote();
          world.history.accept(new Declared(number, world.now()));
        } else {
          endWriting();
        }
      }
    }
  }

  private int register() {
    return world.random.nextInt(Simulation.REGISTERS);
  }

  private static int execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  private static String node(Connection connection) throws SQLException {
    return connection.unwrap(RouteDecision.class).node();
  }

  private void failed() {
    world.history.accept(new Failed(number, world.now()));
  }

  private void seen(Connection connection, long bound, long begin) throws SQLException {
    int register = register();
    long version = execute(connection, "read " + register);
    long end = world.now();
    boolean standby = execute(connection, "standby") == 1;
    Map<Integer, Long> versions = Map.of(register, version);
    world.history.accept(new Read(number, bound, begin, end, node(connection), standby, versions));
  }

  private void read() {
    long bound = world.now();
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      seen(connection, bound, bound);
    } catch (SQLException failure) {
      failed();
    }
  }

  private void readInTransaction() {
    try {
      if (reading == null) {
        reading = dataSource.getConnection();
        reading.setReadOnly(true);
        reading.setAutoCommit(false);
        readingBound = world.now();
      }
      seen(reading, readingBound, world.now());
    } catch (SQLException failure) {
      failed();
      endReading();
    }
  }

  private void endReading() {
    Connection ended = reading;
    reading = null;
    if (ended != null) {
      try (ended) {
        if (world.oneIn(2)) {
          ended.commit();
        }
      } catch (SQLException failure) {
        failed();
      }
    }
  }

  private void write() {
    long begin = world.now();
    int register = register();
    try (Connection connection = dataSource.getConnection()) {
      String node = "";
      try {
        long version = execute(connection, "write " + register);
        node = node(connection);
        wrote(begin, node, Outcome.ACKNOWLEDGED, Map.of(register, version));
      } catch (SQLException failure) {
        failed();
      }
    } catch (SQLException failure) {
      failed();
    }
  }

  private void wrote(long begin, String node, Outcome outcome, Map<Integer, Long> versions) {
    world.history.accept(
        new Write(number, begin, world.now(), node, outcome, new HashMap<>(versions)));
  }

  private void writeInTransaction() {
    int register = register();
    try {
      if (writing == null) {
        written.clear();
        writing = dataSource.getConnection();
        writing.setAutoCommit(false);
      }
      written.put(register, (long) execute(writing, "write " + register));
    } catch (SQLException failure) {
      failed();
      abandonWriting();
    }
  }

  private void abandonWriting() {
    try (Connection abandoned = writing) {
      writing = null;
      abandoned.rollback();
    } catch (SQLException failure) {
      failed();
    }
  }

  private void endWriting() {
    if (writing == null) {
      return;
    }
    long begin = world.now();
    try (Connection ended = writing) {
      writing = null;
      String node = node(ended);
      try {
        ended.commit();
        wrote(begin, node, Outcome.ACKNOWLEDGED, written);
      } catch (SQLException failure) {
        wrote(begin, node, Outcome.UNKNOWN, written);
      }
    } catch (SQLException failure) {
      failed();
    }
  }

  void close() {
    endReading();
    if (writing != null) {
      abandonWriting();
    }
  }
}
