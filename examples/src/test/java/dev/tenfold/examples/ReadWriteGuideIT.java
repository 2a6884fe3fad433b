// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static dev.tenfold.examples.GuideServers.awaitRead;
import static dev.tenfold.examples.GuideServers.execute;
import static dev.tenfold.examples.GuideServers.impatient;
import static dev.tenfold.examples.GuideServers.ordersOf;
import static dev.tenfold.examples.GuideServers.placeOrder;
import static dev.tenfold.examples.GuideServers.read;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.Ambient;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.Telemetry;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.sharding.jdbc.Staleness;
import dev.tenfold.sharding.jdbc.Tokens;
import dev.tenfold.testkit.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples of the guide to read/write splitting, and what the guide says of them. */
@Timeout(120)
class ReadWriteGuideIT {
  private static final long USER_ID = 42;

  private static GuideServers servers;

  private final HikariDataSource primaryPool = servers.pool(servers.primary());
  private final HikariDataSource standbyPool = servers.pool(servers.standby(0));

  @BeforeAll
  static void start() {
    servers = new GuideServers(1);
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @AfterEach
  void reset() throws SQLException {
    servers.reset();
  }

  private ReadWriteDataSource orders() {
    return servers.closing(impatient().primary(primaryPool).replica("r1", standbyPool).build());
  }

  private ReadWriteDataSource readyOrders() {
    ReadWriteDataSource orders = orders();
    awaitRead(orders, "r1", Reason.REPLICA);
    return orders;
  }

  @Test
  void example_freshReplica_servesTheDeclaredRead() throws SQLException {
    Telemetry telemetry = Telemetry.none();
    long userId = USER_ID;
    List<Long> report = new ArrayList<>();
    placeOrder(primaryPool, userId);

    var orders =
        ReadWriteDataSource.builder("orders")
            .primary(primaryPool)
            .replica("r1", standbyPool)
            .maxStaleness(ofSeconds(10))
            .telemetry(telemetry)
            .build();
    try (Connection connection = orders.getConnection()) {
      connection.setReadOnly(true); // the declaration; SQL is never parsed
      report.add(ordersOf(connection, userId)); // on a replica that is fresh enough
    }
    String token;
    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(orders, userId); // not declared: on the primary
      report.add(ordersOf(orders.readOnly(), userId)); // has the new order, wherever it is served
      token = scope.captureToken();
    }
    try (ConsistencyScope scope = orders.openScope(token)) { // later, in another process
      report.add(ordersOf(orders.readOnly(), userId)); // has it too
    }

    assertThat(report).containsExactly(1L, 2L, 2L);
    assertThat(token).hasSizeLessThanOrEqualTo(27);
    long ordersNow = ReadIntent.PRIMARY.call(() -> ordersOf(orders, userId));
    assertThat(ordersNow).isEqualTo(2);
    awaitRead(orders, "r1", Reason.REPLICA);
    orders.close();
  }

  @Test
  void scope_replayPaused_readsItsWriteFromThePrimaryAndOtherReadsStay() throws SQLException {
    ReadWriteDataSource orders = readyOrders();
    servers.standby(0).pauseReplay();
    String token;
    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(orders, USER_ID);
      assertThat(read(orders).reason()).isEqualTo(Reason.SCOPE);
      token = scope.captureToken();
    }
    assertThat(read(orders)).as("outside the scope").isEqualTo(decision("r1", Reason.REPLICA));
    assertThat(ordersOf(orders.readOnly(), USER_ID)).as("outside the scope").isZero();
    assertThat(orders.replayedBy(token, 1)).isFalse();
    try (ConsistencyScope scope = orders.openScope(token)) {
      assertThat(ordersOf(orders.readOnly(), USER_ID)).isEqualTo(1);
    }
    servers.standby(0).resumeReplay();
    Await.until("the token is replayed", GuideServers.SOON, () -> orders.replayedBy(token, 1));
    try (ConsistencyScope scope = orders.openScope(token)) {
      awaitRead(orders, "r1", Reason.REPLICA);
      assertThat(ordersOf(orders.readOnly(), USER_ID)).isEqualTo(1);
    }
  }

  private static RouteDecision decision(String node, Reason reason) {
    return new RouteDecision(node, reason, Map.of());
  }

  @Test
  void token_thatCannotBeCompared_countsAsWrittenJustNow() throws SQLException {
    ReadWriteDataSource orders = readyOrders();
    servers.standby(0).pauseReplay();
    placeOrder(primaryPool, USER_ID);
    for (String token : List.of("forged!", "AAAA", "", Tokens.JUST_NOW)) {
      try (ConsistencyScope scope = orders.openScope(token)) {
        assertThat(ordersOf(orders.readOnly(), USER_ID)).as(token).isEqualTo(1);
      }
    }
  }

  @Test
  void scope_insideAnother_joinsItAndATransactionForbidsTheToken() throws SQLException {
    ReadWriteDataSource orders = readyOrders();
    servers.standby(0).pauseReplay();
    try (ConsistencyScope outer = orders.openScope()) {
      try (ConsistencyScope inner = orders.openScope()) {
        placeOrder(orders, USER_ID);
      }
      assertThat(ordersOf(orders.readOnly(), USER_ID)).isEqualTo(1);
      try (Connection connection = orders.getConnection()) {
        connection.setAutoCommit(false);
        ordersOf(connection, USER_ID);
        assertThatIllegalStateException().isThrownBy(outer::captureToken);
        connection.commit();
      }
      assertThat(outer.captureToken()).isNotEqualTo(Tokens.JUST_NOW);
    }
  }

  @Test
  void scope_onOtherThreads_followsWrapAndItsDataSource() throws Exception {
    ReadWriteDataSource orders = readyOrders();
    servers.standby(0).pauseReplay();
    ExecutorService pool = Executors.newSingleThreadExecutor();
    long userId = USER_ID;
    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(orders, userId);
      Future<Long> wrapped =
          pool.submit(Ambient.capture().wrap(() -> ordersOf(orders.readOnly(), userId)));
      Future<Reason> explicit = pool.submit(() -> read(scope.dataSource()).reason());
      Future<Long> without = pool.submit(() -> ordersOf(orders.readOnly(), userId));

      assertThat(wrapped.get()).isEqualTo(1);
      assertThat(explicit.get()).isEqualTo(Reason.SCOPE);
      assertThat(without.get()).as("a thread without the scope").isZero();
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void wrote_pastTheDataSource_isNoted() throws SQLException {
    ReadWriteDataSource orders = readyOrders();
    servers.standby(0).pauseReplay();
    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(primaryPool, USER_ID); // another data source, XA, a two-phase commit
      scope.wrote();
      assertThat(ordersOf(orders.readOnly(), USER_ID)).isEqualTo(1);
    }
  }

  @Test
  void staleness_tighterThanTheProbes_goesToThePrimary() throws SQLException {
    ReadWriteDataSource orders = readyOrders();
    long userId = USER_ID;
    placeOrder(orders, userId);

    long fresh = Staleness.atMost(ofSeconds(1)).call(() -> ordersOf(orders.readOnly(), userId));

    assertThat(fresh).isBetween(0L, 1L);
    assertThat(Staleness.atMost(ofSeconds(0)).call(() -> read(orders)))
        .isEqualTo(decision("primary", Reason.NO_REPLICA));
  }

  @Test
  void explain_replayPausedInAScope_tellsNodeReasonAndWhoWasRejected() throws Exception {
    ReadWriteDataSource orders = readyOrders();
    servers.standby(0).pauseReplay();
    List<String> page = new ArrayList<>();
    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(orders, USER_ID);

      RouteDecision decision = orders.explain();
      page.add(decision.node() + ", " + decision.reason() + ", not " + decision.rejected());
    }
    servers.standby(0).resumeReplay();

    assertThat(page)
        .containsExactly(
            "primary, SCOPE, not {r1=it has not replayed what the scope has written or read}");
    assertThat(Guide.of("read-write-splitting.md").text()).contains(page.get(0));
  }

  @Test
  void readOnly_onThePrimaryToo_refusesWrites() throws SQLException {
    ReadWriteDataSource orders = readyOrders();
    ReadIntent.PRIMARY.run(() ->
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> placeOrder(orders.readOnly(), USER_ID))
            .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("25006")));
    try (Connection connection = orders.readOnly().getConnection()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> connection.setReadOnly(false))
          .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("25006"));
    }
  }

  @Test
  void replicas_addedAndRemovedAtRunTime_areUsedAndNotUsed() {
    ReadWriteDataSource orders = readyOrders();

    orders.addReplica("r2", servers.pool(servers.standby(0)), node -> node.weight(2));
    Await.until(
        "r2 is known", GuideServers.SOON, () -> orders.explain().rejected().containsKey("r2"));
    orders.removeReplica("r1");
    awaitRead(orders, "r2", Reason.REPLICA); // until then it was the same server as r1
    orders.removeReplica("r2");

    awaitRead(orders, "primary", Reason.NO_REPLICA);
  }

  @Test
  void rights_ofTheProbe_areToSeeTheReceiverOfAStandby() throws SQLException {
    execute(primaryPool, "CREATE ROLE app LOGIN PASSWORD 'app'");
    execute(primaryPool, "GRANT SELECT ON orders TO app");
    String primary = "jdbc:postgresql://127.0.0.1:" + servers.primary().port() + "/postgres";
    String standby = "jdbc:postgresql://127.0.0.1:" + servers.standby(0).port() + "/postgres";
    String app = "?user=app&password=app";
    ReadWriteDataSource orders =
        servers.closing(
            impatient()
                .primary(servers.pool(primary + app))
                .replica("r1", servers.pool(standby + app))
                .build());

    Await.until(
        "the right is asked for",
        GuideServers.SOON,
        () -> String.valueOf(orders.explain().rejected().get("r1")).contains("pg_read_all_stats"));
    execute(primaryPool, "GRANT pg_read_all_stats TO app");
    awaitRead(orders, "r1", Reason.REPLICA);
  }
}
