// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.resilience.Bulkhead;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of a pool, and the bulkhead in front of it. */
class NodeOptionsTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final StubPool primary = new StubPool("primary");
  private final StubPool replica = new StubPool("r1");

  private ReadWriteDataSource build(UnaryOperator<ReadWriteDataSource.Builder> nodes) {
    StubProbe probe = new StubProbe();
    probe.at(primary, 100);
    probe.at(replica, 100);
    ReadWriteDataSource built =
        nodes
            .apply(
                ReadWriteDataSource.builder("orders")
                    .lagProbe(probe)
                    .executor(Runnable::run)
                    .timeSource(time)
                    .telemetry(telemetry))
            .build();
    time.advance(Duration.ZERO);
    return built;
  }

  /** Returns a pool that is never started. */
  private static HikariDataSource hikari(String url, int size) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(size);
    return pool;
  }

  /** As aws-advanced-jdbc-wrapper PR #2101. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://a,b/orders",
        "jdbc:postgresql://a:5432,b:5433/orders?ssl=true",
        "jdbc:postgresql://a/orders?targetServerType=primary",
        "jdbc:postgresql://a/orders?TARGETSERVERTYPE=preferSecondary"
      })
  void build_urlOfSeveralServers_isRefused(String url) {
    try (HikariDataSource pool = hikari(url, 10)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> build(b -> b.primary(pool).replica("r1", replica.dataSource())))
          .withMessageStartingWith("pool of node primary of data source orders")
          .withMessageContaining("is not of one server");
    }
  }

  @Test
  void build_poolWithoutAPlaceForTheProbe_isRefused() {
    try (HikariDataSource pool = hikari("jdbc:postgresql://a/orders", 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> build(b -> b.primary(pool).replica("r1", replica.dataSource())))
          .withMessageContaining("has 1 connections; it needs at least 2");
    }
  }

  @Test
  void build_poolsOfDifferentAutoCommit_areRefused() {
    try (HikariDataSource one = hikari("jdbc:postgresql://a/orders", 2);
        HikariDataSource other = hikari("jdbc:postgresql://b/orders", 2)) {
      other.setAutoCommit(false);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> build(b -> b.primary(one).replica("r1", other)))
          .withMessageContaining("the pool of node r1 has autoCommit=false")
          .withMessageContaining("they must agree");
    }
  }

  @Test
  void bulkhead_poolOfHikari_hasOnePlaceLessForTheProbe() {
    try (HikariDataSource one = hikari("jdbc:postgresql://a/orders", 10);
        HikariDataSource other = hikari("jdbc:postgresql://b/orders", 10);
        ReadWriteDataSource built =
            build(b ->
                b.primary(one, node -> node.bulkhead(null).probeDataSource(one))
                    .replica("r1", other)
                    .replica("r2", other, node -> node.probeDataSource(other)))) {
      assertThat(built).isNotNull();
      String limit = "tenfold.resilience.bulkhead.limit name=orders.";
      assertThat(telemetry.read(limit + "r1")).isEqualTo(9);
      assertThat(telemetry.read(limit + "r2")).isEqualTo(10);
      assertThat(telemetry.read(limit + "fallbacks")).as("30 % of 10").isEqualTo(3);
      assertThat(telemetry.open()).doesNotContain(limit + "primary");
      assertThat(telemetry.read("tenfold.sharding.pool.size datasource=orders,node=r1"))
          .isEqualTo(10);
    }
  }

  @Test
  void bulkhead_largerThanThePool_isRefused() {
    Bulkhead ten = Bulkhead.builder("ten", 10).build();
    try (HikariDataSource pool = hikari("jdbc:postgresql://a/orders", 10)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              build(b ->
                  b.primary(pool, node -> node.bulkhead(ten)).replica("r1", replica.dataSource())))
          .withMessageContaining("limit of 10")
          .withMessageContaining("one of them for the probes");
    }
  }

  @Test
  void bulkhead_full_isWaitedForUntilTheDeadlineEnds() throws SQLException {
    Bulkhead one =
        Bulkhead.builder("one", 1).maxWait(Duration.ofSeconds(30)).timeSource(time).build();
    try (ReadWriteDataSource orders =
            build(b ->
                b.primary(primary.dataSource(), node -> node.bulkhead(one))
                    .replica("r1", replica.dataSource()));
        Connection holder = orders.getConnection();
        Connection waiter = orders.getConnection()) {
      holder.createStatement().close();
      long began = time.nanoTime();
      Deadline.after(Duration.ofSeconds(2), time)
          .run(() ->
              assertThatExceptionOfType(SQLTransientConnectionException.class)
                  .isThrownBy(waiter::createStatement)
                  .withMessageContaining("the pool of node primary has no free connection"));
      assertThat(Duration.ofNanos(time.nanoTime() - began)).isEqualTo(Duration.ofSeconds(2));
      holder.close();
      waiter.createStatement().close();
    }
    assertThat(one.inFlight()).isZero();
  }

  @Test
  void read_replicaIsFull_goesToAFreeOne() throws SQLException {
    StubPool other = new StubPool("r2");
    Bulkhead one = Bulkhead.builder("one", 1).timeSource(time).build();
    StubProbe probe = new StubProbe();
    for (StubPool pool : new StubPool[] {primary, replica, other}) {
      probe.at(pool, 100);
    }
    try (ReadWriteDataSource orders =
        build(b ->
            b.lagProbe(probe)
                .primary(primary.dataSource())
                .replica("r1", replica.dataSource(), node -> node.bulkhead(one).weight(1000))
                .replica("r2", other.dataSource()))) {
      one.acquire();
      for (int i = 0; i < 20; i++) {
        try (Connection connection = orders.getConnection()) {
          connection.setReadOnly(true);
          assertThat(StubCluster.execute(connection)).isEqualTo("r2");
        }
      }
      one.release();
    }
  }

  @Test
  void fallback_beyondTheShare_isRefusedAndScopedReadsAreNot() throws SQLException {
    Bulkhead ten = Bulkhead.builder("ten", 10).timeSource(time).build();
    StubProbe silent = new StubProbe();
    silent.at(primary, 100);
    try (ReadWriteDataSource orders =
            build(b ->
                b.lagProbe(silent)
                    .primary(primary.dataSource(), node -> node.bulkhead(ten))
                    .replica("r1", replica.dataSource())
                    .fallbackShare(0.1));
        Connection first = orders.getConnection();
        Connection second = orders.getConnection()) {
      first.setReadOnly(true);
      second.setReadOnly(true);
      assertThat(StubCluster.execute(first)).isEqualTo("primary");
      assertThatExceptionOfType(SQLTransientConnectionException.class)
          .isThrownBy(second::createStatement)
          .withMessageContaining("share of the primary for reads without replica");
      try (ConsistencyScope scope = orders.openScope(Tokens.JUST_NOW);
          Connection scoped = orders.getConnection()) {
        scoped.setReadOnly(true);
        assertThat(StubCluster.execute(scoped)).isEqualTo("primary");
      }
      first.close();
      assertThat(StubCluster.execute(second)).isEqualTo("primary");
    }
    assertThat(telemetry.open()).allMatch(meter -> meter.contains("bulkhead"));
  }

  @Test
  void fallback_fail_refusesTheRead() throws SQLException {
    try (ReadWriteDataSource orders =
            build(b ->
                b.lagProbe(new StubProbe())
                    .primary(primary.dataSource())
                    .replica("r1", replica.dataSource())
                    .onNoReplica(NoReplica.FAIL));
        Connection connection = orders.getConnection()) {
      connection.setReadOnly(true);
      assertThatExceptionOfType(SQLTransientConnectionException.class)
          .isThrownBy(connection::createStatement)
          .withMessageContaining("no replica qualifies for the read, and onNoReplica is FAIL");
      assertThat(orders.explain().reason()).isEqualTo(RouteDecision.Reason.REFUSED);
      connection.setReadOnly(false);
      connection.createStatement().close();
    }
    assertThat(primary.inUse()).isZero();
  }

  @Test
  void fallbackShare_withoutEffect_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            build(b ->
                b.primary(primary.dataSource())
                    .replica("r1", replica.dataSource())
                    .fallbackShare(0.5)))
        .withMessageContaining("fallbackShare(0.5) needs the size of the primary's pool");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            build(b ->
                b.primary(primary.dataSource())
                    .replica("r1", replica.dataSource())
                    .onNoReplica(NoReplica.FAIL)
                    .fallbackShare(0.5)))
        .withMessageContaining("onNoReplica(FAIL)");
  }
}
