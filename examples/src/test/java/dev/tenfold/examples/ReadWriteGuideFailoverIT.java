// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static dev.tenfold.examples.GuideServers.awaitRead;
import static dev.tenfold.examples.GuideServers.impatient;
import static dev.tenfold.examples.GuideServers.ordersOf;
import static dev.tenfold.examples.GuideServers.placeOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.Deadline;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.testkit.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guide and the runbook say of promotions, on real servers. */
@Timeout(120)
class ReadWriteGuideFailoverIT {
  private static final long USER_ID = 42;

  private final GuideServers servers = new GuideServers(2);
  private final HikariDataSource primary = servers.pool(servers.primary());
  private final HikariDataSource first = servers.pool(servers.standby(0));
  private final HikariDataSource second = servers.pool(servers.standby(1));

  @AfterEach
  void stop() {
    servers.close();
  }

  private ReadWriteDataSource withReplica() {
    ReadWriteDataSource orders =
        servers.closing(impatient().primary(primary).replica("r1", first).build());
    awaitRead(orders, "r1", Reason.REPLICA);
    return orders;
  }

  private ReadWriteDataSource withCandidates() {
    ReadWriteDataSource orders =
        servers.closing(
            impatient().primary(primary).candidate("a", first).candidate("b", second).build());
    Await.until(
        "both candidates serve reads",
        GuideServers.SOON,
        () -> orders.explain().rejected().isEmpty());
    return orders;
  }

  private static void awaitRefusal(ReadWriteDataSource orders, String state, String part) {
    Await.until(
        "a write is refused with " + state,
        GuideServers.SOON,
        () -> {
          try {
            placeOrder(orders, USER_ID);
            return false;
          } catch (SQLException refused) {
            return state.equals(refused.getSQLState()) && refused.getMessage().contains(part);
          }
        });
  }

  @Test
  void candidateIsPromoted_takesTheWritesAndOldConnectionsAreRefused() throws SQLException {
    ReadWriteDataSource orders = withCandidates();
    try (Connection bound = orders.getConnection()) {
      bound.setAutoCommit(false);
      assertThat(ordersOf(bound, USER_ID)).isZero();
      servers.standby(0).promote(); // the old primary is still alive
      Await.until(
          "the new primary is known",
          GuideServers.SOON,
          () -> orders.explain().rejected().containsKey("primary"));
      assertThat(orders.explain().rejected()).containsEntry("primary", "it is not a standby");
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> ordersOf(bound, USER_ID))
          .withMessageContaining("node primary is not the primary any more (node a is)")
          .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("08006"));
      bound.rollback();
    }
    placeOrder(orders, USER_ID);
    assertThat(ordersOf(first, USER_ID)).as("on the new primary").isEqualTo(1);
    assertThat(ordersOf(primary, USER_ID)).as("on the old one").isZero();

    servers.primary().follow(servers.standby(0));
    Await.until(
        "the old primary is a replica again",
        GuideServers.SOON,
        () -> !orders.explain().rejected().containsKey("primary"));
  }

  @Test
  void replicaIsPromoted_takesNothing() throws SQLException {
    ReadWriteDataSource orders = withReplica();
    servers.standby(0).promote(); // somebody makes a copy

    awaitRead(orders, "primary", Reason.NO_REPLICA);
    placeOrder(orders, USER_ID);
    assertThat(ordersOf(primary, USER_ID)).isEqualTo(1);
    assertThat(orders.explain().rejected()).containsEntry("r1", "it is not a standby");
  }

  @Test
  void splitBrain_writesAreRefusedUntilTheOperatorDecides() throws SQLException {
    ReadWriteDataSource orders = withCandidates();
    servers.primary().kill();
    servers.standby(0).promote();
    servers.standby(1).promote();
    awaitRefusal(orders, "08004", "(split brain); overridePrimary(id) decides");

    orders.overridePrimary("b");

    placeOrder(orders, USER_ID);
    assertThat(ordersOf(second, USER_ID)).isEqualTo(1);
  }

  @Test
  void waitForTheStandbyIsCancelledByADeadline_autoCommitReportsSuccess() throws SQLException {
    ReadWriteDataSource orders = withReplica();
    servers.primary().set("synchronous_standby_names", "nobody");
    try (Connection connection = orders.getConnection();
        Statement statement = connection.createStatement()) {
      int rows =
          Deadline.after(Duration.ofSeconds(1))
              .call(() -> statement.executeUpdate("INSERT INTO orders VALUES (1, 1)"));
      assertThat(rows).isEqualTo(1);
      assertThat(statement.getWarnings().getMessage())
          .contains("canceling wait for synchronous replication");
    } finally {
      servers.primary().reset("synchronous_standby_names");
    }
  }
}
