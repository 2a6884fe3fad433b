// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyException;
import dev.tenfold.sharding.TopologyWatch;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TopologyTableIT {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final Topology V1 =
      Topology.builder("orders").slots(64).shard("münchen", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();
  private static final Topology V3 = V2.evolve().add("c", 1).build();

  private DataSource database;
  private TopologyTable table;

  @BeforeEach
  void createSchema() throws SQLException {
    PostgresServer server = PostgresFixture.shared().primary();
    String name = "topology_table_" + DATABASES.incrementAndGet();
    server.createDatabase(name);
    database = server.dataSource(name);
    table = TopologyTable.postgres(database, "orders");
    table.createSchema();
  }

  private static void execute(DataSource dataSource, String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> history() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT version, checksum, published_by, published_at <= now()"
                    + " FROM tenfold_topology WHERE name = 'orders' ORDER BY version")) {
      List<String> history = new ArrayList<>();
      while (rows.next()) {
        assertThat(rows.getString(3)).isEqualTo("postgres");
        assertThat(rows.getBoolean(4)).isTrue();
        history.add(rows.getLong(1) + " " + rows.getString(2));
      }
      return history;
    }
  }

  private static String row(Topology topology) {
    return topology.version() + " " + topology.checksum();
  }

  /** Returns a data source with one connection that was opened before. */
  private static DataSource holding(Connection connection) {
    Connection kept =
        StubPool.proxy(
            Connection.class,
            (self, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
    return StubPool.proxy(DataSource.class, (self, method, arguments) -> kept);
  }

  @Test
  void load_nothingPublished_isRefused() {
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(table::load)
        .withMessageContaining("orders");
  }

  @Test
  void publish_versionsInTurn_loadsTheHighestAndKeepsTheOthers() throws SQLException {
    assertThat(table.publish(V1)).isTrue();
    assertThat(table.load()).isEqualTo(V1.text());
    assertThat(table.publish(V2)).isTrue();
    assertThat(table.publish(V3)).isTrue();
    assertThat(table.load()).isEqualTo(V3.text());
    assertThat(history()).containsExactly(row(V1), row(V2), row(V3));
  }

  @Test
  void load_rowWithTheTextOfAnotherVersion_isRefused() throws SQLException {
    table.publish(V1);
    execute(database, "UPDATE tenfold_topology SET version = 7 WHERE name = 'orders'");
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(table::load)
        .withMessageContaining("topology orders v1")
        .withMessageContaining("in the row of topology orders v7");
  }

  @Test
  void publish_firstOfAHigherVersion_begins() throws SQLException {
    assertThat(table.publish(V3)).isTrue();
    assertThat(table.load()).isEqualTo(V3.text());
  }

  @Test
  void publish_twoNames_areApart() throws SQLException {
    Topology users = Topology.builder("users").slots(16).shard("a", 1).build();
    table.publish(V1);
    table.publish(V2);
    TopologyTable other = TopologyTable.postgres(database, "users");
    assertThat(other.publish(users)).isTrue();
    assertThat(other.load()).isEqualTo(users.text());
    assertThat(table.load()).isEqualTo(V2.text());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.publish(users))
        .withMessageContaining("users")
        .withMessageContaining("orders");
  }

  @Test
  void publish_again_changesNothing() throws SQLException {
    table.publish(V1);
    table.publish(V2);
    assertThat(table.publish(Topology.parse(V2.text()))).isFalse();
    assertThat(table.publish(V1)).isFalse();
    assertThat(history()).containsExactly(row(V1), row(V2));
  }

  @Test
  void publish_whatCannotFollow_isRefusedNamingBoth() throws SQLException {
    Topology otherV2 = V1.evolve().add("z", 1).build();
    Topology otherV1 = Topology.builder("orders").slots(64).shard("z", 1).build();
    Topology small = Topology.builder("orders").slots(32).shard("a", 1).build();
    Topology smallV3 = small.evolve().add("b", 1).build().evolve().remove("a").build();
    table.publish(V2);

    assertRefused(otherV2, "v2", "evolved at once");
    assertRefused(otherV1, "v1", "goes back");
    assertRefused(V3.evolve().add("d", 1).build(), "v4", "in between");
    assertRefused(smallV3, "v3", "32 slots, not 64");
    assertThat(history()).containsExactly(row(V2));
  }

  @Test
  void publish_builtAnewInsteadOfEvolved_isRefusedWithWhatWouldMove() throws SQLException {
    Topology.Builder shards = Topology.builder("orders");
    Topology first = shards.shard("a", 1).shard("b", 1).shard("c", 1).build();
    Topology dealAll = shards.shard("d", 1).build().evolve().pin(7, "d").build();
    Topology evolved = first.evolve().add("d", 1).pin(7, "d").build();
    table.publish(first);

    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> table.publish(dealAll))
        .withMessageContaining("v2 (checksum " + dealAll.checksum())
        .withMessageContaining("the quotas demand 1024")
        .withMessageContaining("not evolved");
    assertThat(history()).containsExactly(row(first));
    assertThat(table.publish(evolved)).isTrue();
  }

  private void assertRefused(Topology topology, String version, String why) {
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> table.publish(topology))
        .withMessageContaining(version + " (checksum " + topology.checksum())
        .withMessageContaining("v2 (checksum " + V2.checksum())
        .withMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(ints = {Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_SERIALIZABLE})
  void publish_manyEvolveTheSameVersion_onePublishes(int isolation) throws Exception {
    int publishers = 8;
    table.publish(V1);
    ExecutorService threads = Executors.newFixedThreadPool(publishers);
    try {
      for (int round = 1; round <= 20; round++) {
        Topology before = Topology.parse(table.load());
        CyclicBarrier start = new CyclicBarrier(publishers);
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < publishers; i++) {
          Topology mine =
              before.evolve().add("r" + round + "-" + i, 1).remove(last(before)).build();
          all.add(threads.submit(publisher(mine, isolation, start)));
        }
        int published = 0;
        for (Future<Boolean> each : all) {
          published += each.get() ? 1 : 0;
        }
        assertThat(published).as("round %s", round).isEqualTo(1);
        assertThat(Topology.parse(table.load()).version()).isEqualTo(round + 1);
      }
      assertThat(history()).hasSize(21);
    } finally {
      threads.shutdown();
    }
  }

  private static String last(Topology topology) {
    return topology.shards().get(topology.shards().size() - 1).value();
  }

  private Callable<Boolean> publisher(Topology mine, int isolation, CyclicBarrier start) {
    return () -> {
      try (Connection connection = database.getConnection()) {
        connection.setTransactionIsolation(isolation);
        TopologyTable own = TopologyTable.postgres(holding(connection), "orders");
        start.await();
        try {
          return own.publish(mine);
        } catch (TopologyException lost) {
          assertThat(lost).hasMessageContaining(mine.checksum()).hasMessageContaining("at once");
          return false;
        }
      }
    };
  }

  @Test
  void createSchema_manyAtATime_allSucceed() throws Exception {
    execute(database, "DROP TABLE tenfold_topology");
    int processes = 8;
    CyclicBarrier start = new CyclicBarrier(processes);
    ExecutorService threads = Executors.newFixedThreadPool(processes);
    try {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < processes; i++) {
        all.add(
            threads.submit(() -> {
              start.await();
              table.createSchema();
              return true;
            }));
      }
      for (Future<Boolean> each : all) {
        assertThat(each.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(table.publish(V1)).isTrue();
  }

  @Test
  void everyCall_wellOrBadly_givesTheConnectionBackAsItWas() throws SQLException {
    try (Connection connection = database.getConnection()) {
      TopologyTable own = TopologyTable.postgres(holding(connection), "orders");
      connection.setNetworkTimeout(Runnable::run, 77_000);
      own.publish(V1);
      own.load();
      assertThatExceptionOfType(TopologyException.class).isThrownBy(() -> own.publish(V3));
      execute(database, "DROP TABLE tenfold_topology");
      assertThatExceptionOfType(SQLException.class).isThrownBy(own::load);
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(connection.getNetworkTimeout()).isEqualTo(77_000);
      own.createSchema();
      connection.setAutoCommit(false);
      assertThat(own.publish(V2)).isTrue();
      assertThat(connection.getAutoCommit()).isFalse();
    }
    assertThat(table.load()).isEqualTo(V2.text());
  }

  @Test
  void load_tableIsLocked_endsWithTheDeadline() throws SQLException {
    table.publish(V1);
    try (Connection locking = database.getConnection()) {
      locking.setAutoCommit(false);
      try (Statement statement = locking.createStatement();
          Ambient.Scope scope = Deadline.after(Duration.ofMillis(100)).open()) {
        statement.execute("LOCK TABLE tenfold_topology");
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(table::load)
            .satisfies(timeout -> assertThat(timeout.getSQLState()).isEqualTo("57014"));
      }
    }
    assertThat(table.load()).isEqualTo(V1.text());
  }

  @Test
  void load_throughAWatch_followsTheTableAndOutlivesIt() throws SQLException {
    ManualTimeSource time = new ManualTimeSource();
    table.publish(V1);
    try (TopologyWatch watch =
        TopologyWatch.builder(table).timeSource(time).executor(Runnable::run).build()) {
      table.publish(V2);
      time.advance(PERIOD);
      assertThat(watch.current().checksum()).isEqualTo(V2.checksum());

      execute(database, "DELETE FROM tenfold_topology WHERE version = 2"); // as on a stale replica
      time.advance(PERIOD);
      assertThat(watch.refusals()).isEqualTo(1);
      execute(database, "DROP TABLE tenfold_topology");
      time.advance(PERIOD);
      assertThat(watch.failures()).isEqualTo(1);
      assertThat(watch.current().checksum()).isEqualTo(V2.checksum());
      assertThat(watch.age()).isEqualTo(PERIOD.multipliedBy(2));

      table.createSchema();
      table.publish(V3);
      time.advance(PERIOD);
      assertThat(watch.current().checksum()).isEqualTo(V3.checksum());
      assertThat(watch.lastFailure()).isEmpty();
    }
  }

  @Test
  void load_serverKilledOrStopped_isBoundedAndTheWatchGoesOn() throws SQLException {
    ManualTimeSource time = new ManualTimeSource();
    try (PostgresFixture own = PostgresFixture.start()) {
      PostgresServer server = own.primary();
      TopologyTable there = TopologyTable.postgres(server.dataSource(), "orders");
      there.createSchema();
      there.publish(V1);
      try (TopologyWatch watch =
          TopologyWatch.builder(there).timeSource(time).executor(Runnable::run).build()) {
        server.kill();
        time.advance(PERIOD);
        assertThat(watch.failures()).isEqualTo(1);
        assertThat(watch.current().version()).isEqualTo(1);

        server.restart();
        there.publish(V2);
        time.advance(PERIOD);
        assertThat(watch.current().version()).isEqualTo(2);
      }
      String url = server.jdbcUrl() + "&cancelSignalTimeout=1";
      try (Connection connection = DriverManager.getConnection(url);
          Ambient.Scope scope = Deadline.after(Duration.ofMillis(100)).open()) {
        TopologyTable open = TopologyTable.postgres(holding(connection), "orders");
        server.pause(); // the server neither responds nor cancels the statement
        assertThatExceptionOfType(SQLException.class).isThrownBy(open::load);
      } finally {
        server.resume();
      }
    }
  }
}
