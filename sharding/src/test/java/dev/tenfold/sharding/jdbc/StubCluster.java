// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A data source over stub pools: "primary", "r1" and "r2", in virtual time. Probes run on the
 * thread that asks for them.
 */
final class StubCluster implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(1);

  final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  final StubProbe probe = new StubProbe();
  final RecordingTelemetry telemetry = new RecordingTelemetry();
  final Map<String, StubPool> pools = new LinkedHashMap<>();
  final StubPool primary = pool("primary");
  final StubPool r1 = pool("r1");
  final StubPool r2 = pool("r2");
  final ReadWriteDataSource dataSource;

  StubCluster() {
    this(builder -> builder);
  }

  StubCluster(UnaryOperator<ReadWriteDataSource.Builder> options) {
    this(options, false);
  }

  /** A cluster whose replicas are candidates, or not. */
  StubCluster(UnaryOperator<ReadWriteDataSource.Builder> options, boolean candidates) {
    this(options, candidates, cluster -> {});
  }

  /**
   * A cluster whose replicas are candidates, or not.
   *
   * @param before what happens before the first round
   */
  StubCluster(
      UnaryOperator<ReadWriteDataSource.Builder> options,
      boolean candidates,
      Consumer<StubCluster> before) {
    var builder =
        ReadWriteDataSource.builder("orders")
            .primary(primary.dataSource())
            .maxStaleness(Duration.ofSeconds(10))
            .probeInterval(INTERVAL)
            .lagProbe(probe)
            .executor(Runnable::run)
            .random(new Random(1))
            .timeSource(time)
            .telemetry(telemetry);
    for (StubPool replica : new StubPool[] {r1, r2}) {
      if (candidates) {
        builder.candidate(replica.name, replica.dataSource());
      } else {
        builder.replica(replica.name, replica.dataSource());
      }
    }
    dataSource = options.apply(builder).build();
    allAt(100);
    before.accept(this);
    time.advance(Duration.ZERO);
  }

  StubPool pool(String name) {
    StubPool pool = new StubPool(name);
    pools.put(name, pool);
    return pool;
  }

  /** Sets the position of every server, which the next probes read. */
  void allAt(long offset) {
    pools.values().forEach(pool -> probe.at(pool, offset));
  }

  /** Lets the next round of probes run. */
  void round() {
    time.advance(INTERVAL);
  }

  /** Makes a server say that it was promoted to a timeline. */
  void promote(StubPool pool, long timeline, long offset) {
    probe.at(pool, new Position("c", timeline, offset), false);
  }

  /** Makes a server say that it is a standby on a timeline. */
  void follow(StubPool pool, long timeline, long offset) {
    probe.at(pool, new Position("c", timeline, offset), true);
  }

  /** Reads, and returns the name of the node that served it. */
  String read() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      return execute(connection);
    }
  }

  /** Writes, and returns the name of the node that took it. */
  String write() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return execute(connection);
    }
  }

  /** Executes something in auto-commit mode, and returns the name of the node. */
  static String execute(Connection connection) throws SQLException {
    connection.createStatement().execute("x");
    return node(connection);
  }

  static String node(Connection connection) throws SQLException {
    return connection.unwrap(RouteDecision.class).node();
  }

  static RouteDecision.Reason reason(Connection connection) throws SQLException {
    return connection.unwrap(RouteDecision.class).reason();
  }

  @Override
  public void close() {
    dataSource.close();
    for (StubPool pool : pools.values()) {
      if (pool.inUse() != 0) {
        throw new AssertionError(pool.inUse() + " connections of " + pool.name + " are in use");
      }
    }
  }
}
