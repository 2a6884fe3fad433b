// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static dev.tenfold.examples.GuideServers.awaitRead;
import static dev.tenfold.examples.GuideServers.impatient;
import static dev.tenfold.examples.GuideServers.ordersOf;
import static dev.tenfold.examples.GuideServers.placeOrder;
import static dev.tenfold.examples.GuideServers.read;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.jdbc.CommitUnknownException;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.NoReplica;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.sharding.jdbc.Staleness;
import dev.tenfold.testkit.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guide says of the failures of servers, on real servers. */
@Timeout(120)
class ReadWriteGuideFailuresIT {
  private static final long USER_ID = 42;
  private static final Executor NEVER = probe -> {};

  private static GuideServers servers;

  private final HikariDataSource primary = servers.pool(servers.primary());
  private final HikariDataSource standby = servers.pool(servers.standby(0));

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

  private ReadWriteDataSource withReplica() {
    ReadWriteDataSource orders =
        servers.closing(impatient().primary(primary).replica("r1", standby).build());
    awaitRead(orders, "r1", Reason.REPLICA);
    return orders;
  }

  /** The reason of the route of a declared read; REFUSED if the read fails. */
  private static Reason reason(ReadWriteDataSource orders) {
    try {
      return read(orders).reason();
    } catch (SQLException failed) {
      return Reason.REFUSED;
    }
  }

  private static void awaitWrite(ReadWriteDataSource orders) {
    Await.until(
        "a write is accepted",
        GuideServers.SOON,
        () -> {
          try {
            placeOrder(orders, USER_ID);
            return true;
          } catch (SQLException notYet) {
            return false;
          }
        });
  }

  @Test
  void replicaLags_itsReadsGoToThePrimaryAndComeBack() throws SQLException {
    ReadWriteDataSource orders = withReplica();
    servers.standby(0).pauseReplay();
    placeOrder(primary, USER_ID);
    awaitRead(orders, "primary", Reason.NO_REPLICA);
    assertThat(orders.explain().rejected())
        .containsEntry("r1", "it is staler than the read accepts");
    servers.standby(0).resumeReplay();
    awaitRead(orders, "r1", Reason.REPLICA);
  }

  @Test
  void replicaDies_theNextReadsAreServedByThePrimary() throws SQLException {
    ReadWriteDataSource orders = withReplica();
    servers.standby(0).kill();

    Await.until(
        "a read is served by the primary",
        GuideServers.SOON,
        () -> reason(orders) == Reason.NO_REPLICA);
    servers.standby(0).restart();
    awaitRead(orders, "r1", Reason.REPLICA);
  }

  @Test
  void primaryIsLost_readsGoOnAndScopesKeepTheirPromise() throws SQLException {
    ReadWriteDataSource orders = withReplica();
    servers.standby(0).pauseReplay();
    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(orders, USER_ID);
      servers.primary().kill();
      Await.until(
          "outside the scope a replica of any staleness serves reads",
          GuideServers.SOON,
          () -> outside(() -> reason(orders)) == Reason.PRIMARY_LOST);
      assertThat(reason(orders)).as("in the scope").isEqualTo(Reason.REFUSED);
      assertThat(outside(() -> Staleness.atMost(ofMillis(500)).call(() -> reason(orders))))
          .as("with a bound of its own")
          .isEqualTo(Reason.REFUSED);
    }
    assertThatExceptionOfType(SQLException.class).isThrownBy(() -> placeOrder(orders, USER_ID));
    servers.primary().restart();
    awaitWrite(orders);
  }

  /** Runs on a thread that has no scope. */
  private static Reason outside(Supplier<Reason> read) {
    return CompletableFuture.supplyAsync(read).join();
  }

  @Test
  void primaryHangs_isLostLikeADeadOne() throws SQLException {
    ReadWriteDataSource orders = withReplica();
    servers.primary().pause();
    Await.until(
        "a replica of any staleness serves reads",
        GuideServers.SOON,
        () -> reason(orders) == Reason.PRIMARY_LOST);
    servers.primary().resume();
    awaitRead(orders, "r1", Reason.REPLICA);
  }

  @Test
  void primaryIsLost_withoutStaleReads_everyReadFails() {
    ReadWriteDataSource orders =
        servers.closing(
            impatient()
                .primary(primary)
                .replica("r1", standby)
                .staleReadsWhenPrimaryLost(false)
                .build());
    awaitRead(orders, "r1", Reason.REPLICA);
    servers.primary().kill();
    Await.until(
        "a read fails, because the replica is not known to be fresh",
        GuideServers.SOON,
        () -> reason(orders) == Reason.REFUSED);
    servers.primary().restart();
  }

  @Test
  void noReplica_fail_refusesReads() {
    ReadWriteDataSource orders =
        servers.closing(
            impatient()
                .primary(primary)
                .replica("r1", standby)
                .executor(NEVER)
                .onNoReplica(NoReplica.FAIL)
                .build());

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> read(orders))
        .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("08004"));
    assertThat(orders.explain().reason()).isEqualTo(Reason.REFUSED);
  }

  @Test
  void noReplica_readsBeyondTheShare_areRefusedAndWritesAreNot() throws SQLException {
    ReadWriteDataSource orders =
        servers.closing(
            impatient().primary(primary).replica("r1", standby).executor(NEVER).build());
    try (Connection one = orders.getConnection()) { // 0.3 of 3 connections, at least one
      one.setReadOnly(true);
      ordersOf(one, USER_ID);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> read(orders))
          .withMessageContaining("the share of the primary for reads without replica")
          .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("08004"));
      placeOrder(orders, USER_ID);
    }
    assertThat(read(orders).reason()).isEqualTo(Reason.NO_REPLICA);
  }

  @Test
  void poolIsExhausted_theWaitEndsWithTheDeadline() throws SQLException {
    ReadWriteDataSource orders =
        servers.closing(
            impatient().primary(primary).replica("r1", standby).executor(NEVER).build());
    try (Connection one = orders.getConnection();
        Connection two = orders.getConnection();
        Connection three = orders.getConnection()) { // of four; the probe has the fourth
      for (Connection connection : List.of(one, two, three)) {
        ordersOf(connection, USER_ID);
      }
      long before = TimeSource.system().nanoTime();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> Deadline.after(ofMillis(50)).run(() -> placeOrder(orders, USER_ID)))
          .withMessageContaining("has no free connection")
          .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("08004"));
      assertThat(Duration.ofNanos(TimeSource.system().nanoTime() - before))
          .isLessThan(ofMillis(900));
    }
  }

  @Test
  void connectionIsLostInTheCommit_isAnUnknownCommit() throws SQLException {
    ReadWriteDataSource orders = withReplica();
    String told = "";
    try (Connection connection = orders.getConnection()) {
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        statement.execute("INSERT INTO orders VALUES (42, 1)");
      }
      servers.primary().kill();

      try {
        connection.commit();
      } catch (SQLException failed) {
        if (!"08007".equals(failed.getSQLState())) {
          throw failed; // certainly not committed
        }
        told = "perhaps"; // CommitUnknownException, or the driver's own: look before you repeat
      }

      assertThat(told).isEqualTo("perhaps");
    }
    servers.primary().restart();
    awaitWrite(orders);
    assertThat(CommitUnknownException.class).isAssignableTo(SQLException.class);
  }
}
