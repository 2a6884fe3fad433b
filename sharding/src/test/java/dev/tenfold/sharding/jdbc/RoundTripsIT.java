// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A scope costs no round trip: what passes the sockets of a connection in a scope is what passes
 * them on the pool itself. The probes have sockets of their own.
 */
@Timeout(60)
@ExtendWith(SharedServers.class)
class RoundTripsIT {
  private static final String NAME = "round-trips";

  private final PostgresFixture servers;
  private HikariDataSource pool;
  private ReadWriteDataSource orders;

  RoundTripsIT(PostgresFixture servers) {
    this.servers = servers;
  }

  @BeforeEach
  void open() throws SQLException {
    RealCluster.createTable(servers.primary());
    pool = new HikariDataSource();
    pool.setJdbcUrl(CountingSockets.url(servers.primary().jdbcUrl(), NAME));
    pool.setMaximumPoolSize(1);
    DataSource probes = servers.primary().dataSource();
    orders =
        ReadWriteDataSource.builder("orders")
            .primary(pool, node -> node.probeDataSource(probes))
            .candidate("r1", servers.standby(0).dataSource())
            .build();
  }

  @AfterEach
  void close() {
    orders.close();
    pool.close();
  }

  private interface Step {
    void run(Connection connection) throws SQLException;
  }

  private static void insert(Connection connection) throws SQLException {
    RealCluster.run(connection, "insert into note values (1) on conflict do nothing");
  }

  /** Returns the round trips of each step of a connection that has executed something before. */
  private static Map<String, Long> trips(DataSource source) throws SQLException {
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("a statement in auto-commit mode", RoundTripsIT::insert);
    steps.put("setAutoCommit(false)", connection -> connection.setAutoCommit(false));
    steps.put("the first statement of a transaction", RoundTripsIT::insert);
    steps.put("another statement", RoundTripsIT::insert);
    steps.put("commit()", Connection::commit);
    steps.put("the first statement after it", RoundTripsIT::insert);
    steps.put("rollback()", Connection::rollback);
    steps.put("a statement to be committed otherwise", RoundTripsIT::insert);
    steps.put("setAutoCommit(true)", connection -> connection.setAutoCommit(true));
    steps.put("close()", Connection::close);
    Map<String, Long> trips = new LinkedHashMap<>();
    try (Connection connection = source.getConnection()) {
      insert(connection);
      for (Map.Entry<String, Step> step : steps.entrySet()) {
        long before = CountingSockets.trips(NAME);
        step.getValue().run(connection);
        trips.put(step.getKey(), CountingSockets.trips(NAME) - before);
      }
    }
    return trips;
  }

  @Test
  void everyStepOfAScope_makesAsManyRoundTripsAsOnThePool() throws SQLException {
    Map<String, Long> onThePool = trips(pool);
    assertThat(onThePool)
        .as("the count itself")
        .containsEntry("commit()", 1L)
        .containsEntry("setAutoCommit(true)", 1L)
        .containsEntry("another statement", 1L)
        .containsEntry("close()", 0L);
    assertThat(trips(orders)).as("without a scope").isEqualTo(onThePool);
    try (ConsistencyScope scope = orders.openScope()) {
      assertThat(trips(orders)).as("in a scope").isEqualTo(onThePool);
      String token = scope.captureToken();
      assertThat(token).isNotEqualTo(Tokens.JUST_NOW);
      try (ConsistencyScope inner = orders.openScope(token)) {
        assertThat(trips(inner.dataSource())).as("with a token").isEqualTo(onThePool);
      }
    }
  }
}
