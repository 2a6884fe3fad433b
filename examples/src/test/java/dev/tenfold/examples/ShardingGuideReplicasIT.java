// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.Telemetry;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's example of a primary with a replica, and what the guide says of their failures. */
@Timeout(120)
class ShardingGuideReplicasIT {
  private static final String IS_REPLICA = "SELECT pg_is_in_recovery()";

  private final PostgresFixture servers = PostgresFixture.start(1);

  @BeforeEach
  void createTable() throws SQLException {
    execute(
        servers.primary().dataSource(),
        "CREATE TABLE orders (user_id bigint NOT NULL, number bigint NOT NULL)");
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private static void execute(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long ordersOf(Connection connection, long userId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT count(*) FROM orders WHERE user_id = ?")) {
      select.setLong(1, userId);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static long ordersOf(DataSource source, long userId) throws SQLException {
    try (Connection connection = source.getConnection()) {
      return ordersOf(connection, userId);
    }
  }

  /** Whether a declared read is served by the replica. */
  private static boolean readsFromReplica(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setReadOnly(true);
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(IS_REPLICA)) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static void awaitReadsFrom(String node, DataSource source, boolean replica) {
    Await.until(
        "a read is served by the " + node,
        ofSeconds(30),
        () -> readsFromReplica(source) == replica);
  }

  private static ReadWriteDataSource impatient(DataSource primary, DataSource standby) {
    return ReadWriteDataSource.builder("orders")
        .primary(primary)
        .replica("r1", standby)
        .maxStaleness(ofMillis(1500))
        .probeInterval(ofMillis(100))
        .build();
  }

  @Test
  void example_freshReplica_servesTheDeclaredRead() throws SQLException {
    DataSource primary = servers.primary().dataSource();
    DataSource standby = servers.standby(0).dataSource();
    Telemetry telemetry = Telemetry.none();
    long userId = 42;
    List<Long> report = new ArrayList<>();
    execute(primary, "INSERT INTO orders VALUES (42, 1)");

    var orders =
        ReadWriteDataSource.builder("orders")
            .primary(primary)
            .replica("r1", standby)
            .maxStaleness(ofSeconds(10))
            .telemetry(telemetry)
            .build();
    try (Connection connection = orders.getConnection()) {
      connection.setReadOnly(true); // the declaration; SQL is never parsed
      report.add(ordersOf(connection, userId)); // on a replica that is fresh enough
    }
    long ordersNow = ReadIntent.PRIMARY.call(() -> ordersOf(orders, userId)); // your own write

    assertThat(report).containsExactly(1L);
    assertThat(ordersNow).isEqualTo(1);
    awaitReadsFrom("replica", orders, true);
    orders.close();
  }

  @Test
  void replicaLags_itsReadsGoToThePrimaryAndComeBack() throws SQLException {
    DataSource primary = servers.primary().dataSource();
    PostgresServer standby = servers.standby(0);
    try (var orders = impatient(primary, standby.dataSource())) {
      awaitReadsFrom("replica", orders, true);
      standby.pauseReplay();
      execute(primary, "INSERT INTO orders VALUES (42, 1)");
      awaitReadsFrom("primary", orders, false);
      standby.resumeReplay();
      awaitReadsFrom("replica", orders, true);
    }
  }

  @Test
  void primaryIsLost_replicasServeReadsUntilTheirLastConfirmationIsTooOld() {
    try (var orders = impatient(servers.primary().dataSource(), servers.standby(0).dataSource())) {
      awaitReadsFrom("replica", orders, true);
      servers.primary().kill();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> execute(orders, "INSERT INTO orders VALUES (42, 2)"));
      Await.until(
          "a read fails, because the replica is not known to be fresh",
          ofSeconds(30),
          () -> {
            try {
              assertThat(readsFromReplica(orders)).isTrue();
              return false;
            } catch (SQLException refused) {
              return true;
            }
          });
    }
  }

  @Test
  void rights_aUserWithoutAnyGrant_isEnoughForTheProbe() throws SQLException {
    execute(servers.primary().dataSource(), "CREATE ROLE app LOGIN PASSWORD 'app'");
    try (HikariDataSource primary = asApp(servers.primary());
        HikariDataSource standby = asApp(servers.standby(0));
        var orders = impatient(primary, standby)) {
      awaitReadsFrom("replica", orders, true);
    }
  }

  private static HikariDataSource asApp(PostgresServer server) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres");
    pool.setUsername("app");
    pool.setPassword("app");
    pool.setMaximumPoolSize(2);
    pool.setInitializationFailTimeout(-1);
    return pool;
  }
}
