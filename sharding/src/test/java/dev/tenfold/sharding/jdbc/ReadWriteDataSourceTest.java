// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadWriteDataSourceTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final StubPool primary = new StubPool("primary");
  private final StubPool r1 = new StubPool("r1");
  private final StubPool r2 = new StubPool("r2");
  private final StubProbe probe = new StubProbe();
  private ReadWriteDataSource dataSource = build(Runnable::run, r1);

  private ReadWriteDataSource build(Executor executor, StubPool... replicas) {
    return build(executor, UnaryOperator.identity(), replicas);
  }

  private ReadWriteDataSource build(
      Executor executor, UnaryOperator<ReadWriteDataSource.Builder> options, StubPool... replicas) {
    ReadWriteDataSource.Builder builder =
        ReadWriteDataSource.builder("orders")
            .primary(primary.dataSource())
            .maxStaleness(Duration.ofSeconds(10))
            .probeInterval(Duration.ofSeconds(1))
            .lagProbe(probe)
            .executor(executor)
            .random(new Random(1))
            .timeSource(time);
    for (StubPool replica : replicas) {
      builder.replica(replica.name, replica.dataSource());
    }
    return options.apply(builder).build();
  }

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    dataSource.close();
    assertThat(primary.inUse() + r1.inUse() + r2.inUse()).isZero();
  }

  /** Runs a round of probes in which every server is at the offset. */
  private void roundAt(long offset) {
    for (StubPool pool : new StubPool[] {primary, r1, r2}) {
      probe.at(pool, offset);
    }
    time.advance(Duration.ofSeconds(1));
  }

  /** Returns the pool to which a read is bound. */
  private StubPool readsFrom() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      return serving(connection);
    }
  }

  private static StubPool serving(Connection connection) throws SQLException {
    connection.createStatement().close();
    return connection.unwrap(StubPool.class);
  }

  @Test
  void getConnection_closedUnused_touchesNoPool() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.commit();
    }
    assertThat(primary.borrowed + r1.borrowed).isZero();
  }

  @Test
  void read_beforeTheFirstProbe_goesToThePrimary() throws SQLException {
    assertThat(readsFrom()).isSameAs(primary);
  }

  @Test
  void read_freshReplica_goesThere() throws SQLException {
    roundAt(100);
    assertThat(readsFrom()).isSameAs(r1);
    assertThat(r1.calls).contains("setReadOnly[true]");
  }

  @Test
  void write_freshReplica_goesToThePrimary() throws SQLException {
    roundAt(100);
    try (Connection connection = dataSource.getConnection()) {
      assertThat(serving(connection)).isSameAs(primary);
    }
  }

  @Test
  void read_idlePrimary_staysOnTheReplica() throws SQLException {
    for (int second = 0; second < 600; second++) {
      roundAt(100);
    }
    assertThat(readsFrom()).isSameAs(r1);
  }

  @Test
  void read_replicaStandsStillWhileThePrimaryMoves_leavesItAfterMaxStaleness() throws SQLException {
    roundAt(100);
    for (int second = 1; second <= 10; second++) {
      probe.at(primary, 100 + second);
      time.advance(Duration.ofSeconds(1));
      assertThat(readsFrom()).as("%s s", second).isSameAs(r1);
    }
    time.advance(Duration.ofNanos(1));
    assertThat(readsFrom()).isSameAs(primary);

    roundAt(200);
    assertThat(readsFrom()).isSameAs(r1);
  }

  /** What is unknown is not fresh: Vitess #9307, ProxySQL PR #3386 and #1959. */
  @Test
  void read_probesStop_leavesTheReplicaAfterMaxStaleness() throws SQLException {
    Queue<Runnable> held = new ArrayDeque<>();
    dataSource.close();
    dataSource = build(held::add, r1);
    probe.at(primary, 1);
    probe.at(r1, 1);
    time.advance(Duration.ZERO);
    while (!held.isEmpty()) {
      held.remove().run();
    }
    assertThat(readsFrom()).isSameAs(r1);

    time.advance(Duration.ofSeconds(10)); // every further probe hangs in the queue
    assertThat(readsFrom()).isSameAs(r1);
    time.advance(Duration.ofNanos(1));
    assertThat(readsFrom()).isSameAs(primary);
  }

  @Test
  void read_oneProbeHangs_theOtherReplicaIsStillProbed() throws SQLException {
    Queue<Runnable> held = new ArrayDeque<>();
    dataSource.close();
    dataSource = build(held::add, r1, r2);
    for (int second = 0; second <= 20; second++) {
      roundAt(second);
      while (!held.isEmpty()) {
        Runnable task = held.remove();
        if (second != 5 || held.size() != 1) { // the probe of r1 in second 5 never ends
          task.run();
        }
      }
    }
    for (int i = 0; i < 20; i++) {
      assertThat(readsFrom()).isSameAs(r2);
    }
  }

  /** As ProxySQL #1959: a probe that timed out made the replica fresh. */
  @Test
  void read_probeFails_leavesTheReplicaAtOnce() throws SQLException {
    roundAt(100);
    probe.unreachable(r1);
    time.advance(Duration.ofSeconds(1));
    assertThat(readsFrom()).isSameAs(primary);
  }

  @Test
  void read_replicaOfAnotherHistory_isNotUsed() throws SQLException {
    roundAt(100);
    probe.at(primary, new LagProbe.Position("c", 2, 50), false);
    time.advance(Duration.ofSeconds(1));
    assertThat(readsFrom()).isSameAs(primary);
  }

  @Test
  void read_executorRefusesOnce_theRoundsGoOn() throws SQLException {
    boolean[] refuse = {true};
    Executor executor =
        task -> {
          if (refuse[0]) {
            throw new RejectedExecutionException("full");
          }
          task.run();
        };
    dataSource.close();
    dataSource = build(executor, r1);
    roundAt(100);
    assertThat(readsFrom()).isSameAs(primary);

    refuse[0] = false;
    roundAt(100);
    assertThat(readsFrom()).isSameAs(r1);
  }

  /** As aws-advanced-jdbc-wrapper PR #2069: one exception ended the monitoring. */
  @Test
  void read_executorFailsForOneProbe_theReplicaIsProbedAgain() throws SQLException {
    boolean[] fail = {true};
    Executor executor =
        task -> {
          if (fail[0] && primary.borrowed > 0) { // the first probe of r1
            fail[0] = false;
            throw new OutOfMemoryError("unable to create native thread");
          }
          task.run();
        };
    dataSource.close();
    dataSource = build(executor, r1);
    assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> roundAt(100));
    roundAt(100);
    assertThat(readsFrom()).isSameAs(r1);
  }

  @Test
  void probe_poolThatResetsNothing_findsItsNetworkTimeoutAgain() {
    roundAt(100);
    dataSource.close();
    assertThat(r1.calls.get(r1.calls.size() - 1)).startsWith("setNetworkTimeout").endsWith(" 0]");
  }

  @Test
  void read_replicaRefusesTheConnection_fallsBackAndPutsItAside() throws SQLException {
    roundAt(100);
    r1.failing("getConnection");
    assertThat(readsFrom()).isSameAs(primary);
    r1.failures.clear();
    assertThat(readsFrom()).isSameAs(primary);

    roundAt(100);
    assertThat(readsFrom()).isSameAs(r1);
  }

  @Test
  void read_nobodyTakesTheConnection_throwsWhatThePrimarySaid() {
    roundAt(100);
    r1.failing("getConnection");
    primary.failing("getConnection");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(this::readsFrom)
        .withMessageContaining("primary")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("r1"));
  }

  /** As aws-advanced-jdbc-wrapper #1624, db-replica 2.1.4 and 2.3.2. */
  @Test
  void read_settingUpTheReplicaFails_throwsAndGivesItsConnectionBack() {
    roundAt(100);
    r1.failing("setReadOnly");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(this::readsFrom)
        .withMessageContaining("r1");
    assertThat(r1.inUse()).as("the connection of the probes").isEqualTo(1);
    assertThat(primary.inUse()).as("the connection of the probes").isEqualTo(1);
  }

  /**
   * As autumn PR #2565, where a half-open socket stopped the probes; aws-advanced-jdbc-wrapper PR
   * #2058.
   */
  @Test
  void probe_everyQuestion_isBoundedByQueryAndNetworkTimeout() {
    roundAt(100);
    assertThat(primary.calls).contains("setQueryTimeout[1]");
    assertThat(r1.calls)
        .anyMatch(call -> call.startsWith("setNetworkTimeout") && call.endsWith("1500]"));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1500", "1000, 1, 1500", "1001, 2, 2500"})
  void probeTimeout_partOfASecond_isRoundedUp(
      int limitMillis, int querySeconds, int networkMillis) {
    dataSource.close();
    primary.calls.clear();
    var rounded =
        ReadWriteDataSource.builder("orders")
            .primary(primary.dataSource())
            .replica("r1", r1.dataSource())
            .probeTimeout(Duration.ofMillis(limitMillis))
            .lagProbe(probe)
            .timeSource(time)
            .executor(Runnable::run)
            .build();
    roundAt(100);
    assertThat(primary.calls)
        .contains("setQueryTimeout[" + querySeconds + "]")
        .anyMatch(
            call -> call.startsWith("setNetworkTimeout") && call.endsWith(networkMillis + "]"));
    rounded.close();
  }

  @Test
  void telemetry_whatHappened_isThereToPullUntilClosed() throws SQLException {
    dataSource.close();
    var telemetry = new RecordingTelemetry();
    dataSource = build(Runnable::run, builder -> builder.telemetry(telemetry), r1);
    assertThat(readsFrom()).isSameAs(primary);
    roundAt(100);
    assertThat(readsFrom()).isSameAs(r1);
    time.advance(Duration.ofMillis(250));

    assertThat(telemetry.read("tenfold.sharding.routes datasource=orders,reason=no_replica"))
        .isEqualTo(1);
    assertThat(telemetry.read("tenfold.sharding.bindings datasource=orders,node=r1")).isEqualTo(1);
    assertThat(telemetry.read("tenfold.sharding.inflight datasource=orders,node=r1")).isZero();
    assertThat(telemetry.read("tenfold.sharding.staleness.seconds datasource=orders,node=r1"))
        .isEqualTo(0.25);
    probe.allUnreachable();
    time.advance(Duration.ofSeconds(1));
    assertThat(telemetry.read("tenfold.sharding.probe.failures datasource=orders,node=r1"))
        .isPositive();
    assertThat(telemetry.read("tenfold.sharding.staleness.seconds datasource=orders,node=r1"))
        .isNaN();
    assertThat(telemetry.events())
        .containsExactly(
            "tenfold.sharding.replica.eligible datasource=orders,node=r1",
            "tenfold.sharding.replica.ineligible datasource=orders,node=r1");

    dataSource.close();
    assertThat(telemetry.open()).isEmpty();
  }

  @Test
  void build_telemetryRefusesAName_throwsAndLeavesNothing() {
    var telemetry = new RecordingTelemetry();
    telemetry.refuse("tenfold.sharding.staleness.seconds");
    dataSource.close();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> build(Runnable::run, builder -> builder.telemetry(telemetry), r1));
    assertThat(telemetry.open()).isEmpty();
    assertThat(time.pending()).isZero();
  }

  @Test
  void read_threeReplicasOfDifferentWeight_shareWhatIsInFlightByWeight() throws SQLException {
    dataSource.close();
    StubPool r3 = new StubPool("r3");
    dataSource =
        build(
            Runnable::run,
            builder -> builder.replica("r3", r3.dataSource(), node -> node.weight(3)),
            r1,
            r2);
    probe.at(r3, 100);
    roundAt(100);
    List<Connection> open = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Connection connection = dataSource.getConnection();
      connection.setReadOnly(true);
      serving(connection);
      open.add(connection);
    }
    assertThat(r1.inUse()).isBetween(85, 115);
    assertThat(r2.inUse()).isBetween(85, 115);
    assertThat(r3.inUse()).isBetween(280, 320);
    for (Connection connection : open) {
      connection.close();
    }
    assertThat(r3.inUse()).as("the connection of the probes").isEqualTo(1);
  }

  @Test
  void read_interruptedWhileConnecting_doesNotGoOn() {
    roundAt(100);
    r1.failing("getConnection");
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(this::readsFrom)
        .withMessageContaining("r1");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void scopePrimary_readOnlyConnection_goesToThePrimaryAndStaysReadOnly() throws SQLException {
    roundAt(100);
    try (Ambient.Scope scope = ReadIntent.PRIMARY.open()) {
      assertThat(readsFrom()).isSameAs(primary);
    }
    assertThat(primary.calls).contains("setReadOnly[true]");
  }

  @Test
  void scopeReplica_undeclaredConnection_countsAsReadOnly() throws SQLException {
    roundAt(100);
    try (Ambient.Scope scope = ReadIntent.REPLICA.open();
        Connection connection = dataSource.getConnection()) {
      assertThat(connection.isReadOnly()).isTrue();
      assertThat(serving(connection)).isSameAs(r1);
      assertThat(connection.isReadOnly()).isTrue();
    }
  }

  @Test
  void scopeReplica_connectionDeclaredForWriting_goesToThePrimary() throws SQLException {
    roundAt(100);
    try (Ambient.Scope scope = ReadIntent.REPLICA.open();
        Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(false);
      assertThat(serving(connection)).isSameAs(primary);
    }
  }

  @Test
  void read_twoReplicas_goesToTheLessLoaded() throws SQLException {
    dataSource.close();
    dataSource = build(Runnable::run, r1, r2);
    roundAt(100);
    try (Connection one = dataSource.getConnection();
        Connection other = dataSource.getConnection()) {
      one.setReadOnly(true);
      other.setReadOnly(true);
      assertThat(serving(one)).isNotSameAs(serving(other));
    }
  }

  @Test
  void getConnection_afterClose_isRefused() {
    dataSource.close();
    dataSource.close();
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(dataSource::getConnection)
        .withMessageContaining("orders");
    assertThat(time.pending()).isZero();
  }

  /** A pool that forgets the user leaks privileges. */
  @Test
  void getConnection_withUser_isRefused() {
    assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
        .isThrownBy(() -> dataSource.getConnection("u", "p"));
  }

  @Test
  void build_contradictions_areRefusedNamingBoth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadWriteDataSource.builder("x").build())
        .withMessageContaining("primary()");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadWriteDataSource.builder("x").primary(primary.dataSource()).build())
        .withMessageContaining("replica()");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            ReadWriteDataSource.builder("x")
                .primary(primary.dataSource())
                .replica("r1", r1.dataSource())
                .maxStaleness(Duration.ofSeconds(1))
                .probeInterval(Duration.ofMillis(501))
                .build())
        .withMessageStartingWith("data source x: probeInterval(PT0.501S)")
        .withMessageContaining("maxStaleness(PT1S)");
  }

  @Test
  void builder_argumentOutOfRange_isRefusedNamingTheDataSource() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadWriteDataSource.builder(""))
        .withMessage("the name of a data source is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            ReadWriteDataSource.builder("x").replica("r", r1.dataSource(), node -> node.weight(0)))
        .withMessageStartingWith("weight of node r of data source x is 0;");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadWriteDataSource.builder("x").replica("primary", r1.dataSource()))
        .withMessage("replica id primary of data source x is taken");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadWriteDataSource.builder("x").maxStaleness(Duration.ZERO))
        .withMessageStartingWith("maxStaleness of data source x is PT0S;");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadWriteDataSource.builder("x").probeInterval(Duration.ZERO))
        .withMessageStartingWith("probeInterval of data source x is PT0S;");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadWriteDataSource.builder("x").probeTimeout(Duration.ZERO))
        .withMessageStartingWith("probeTimeout of data source x is PT0S;");
  }
}
