// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/** Stub servers. The replicas are never behind. */
final class StubServers implements Servers {
  final StubServer primary;
  final List<StubServer> replicas;

  StubServers(List<StubServer> replicas) {
    this.primary = new StubServer("primary", false, () -> {});
    this.replicas = List.copyOf(replicas);
  }

  /** Returns servers without a delay: a primary and two replicas. */
  static StubServers start() {
    return new StubServers(
        List.of(
            new StubServer("replica0", true, () -> {}),
            new StubServer("replica1", true, () -> {})));
  }

  @Override
  public DataSource primary() {
    return new StubDataSource(primary);
  }

  @Override
  public List<DataSource> replicas() {
    return replicas.stream().<DataSource>map(StubDataSource::new).toList();
  }

  @Override
  public LagProbe lagProbe() {
    return new NeverBehind();
  }

  /** Returns the round trips of all servers; probes make none. */
  long roundTrips() {
    return primary.roundTrips() + replicas.stream().mapToLong(StubServer::roundTrips).sum();
  }

  @Override
  public void close() {}

  private static final class NeverBehind implements LagProbe {
    private static final Position POSITION = new Position("stub", 1, 1);

    @Override
    public Reading read(Statement statement) throws SQLException {
      StubServer server = statement.getConnection().unwrap(StubConnection.class).server;
      return new Reading(server.name, server.replica, POSITION, 1, Duration.ZERO, false);
    }
  }
}
