// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The first write of a process that was started after a failover: the declared primary still says
 * that it is one, and a candidate knows better.
 */
class FirstRoundTest {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final StubPool primary = new StubPool("primary");
  private final StubPool other = new StubPool("r1");
  private final StubProbe probe = new StubProbe();
  private ReadWriteDataSource dataSource;

  private void build(Executor executor, boolean candidate) {
    probe.at(primary, 100);
    var builder =
        ReadWriteDataSource.builder("orders")
            .primary(primary.dataSource())
            .probeTimeout(PROBE_TIMEOUT)
            .lagProbe(probe)
            .executor(executor)
            .timeSource(time);
    dataSource =
        candidate
            ? builder.candidate("r1", other.dataSource()).build()
            : builder.replica("r1", other.dataSource()).build();
  }

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    dataSource.close();
    assertThat(primary.inUse() + other.inUse()).isZero();
  }

  private String write() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return StubCluster.execute(connection);
    }
  }

  @Test
  void write_candidateWasPromotedBeforeTheStart_goesThere() throws SQLException {
    build(Runnable::run, true);
    probe.at(other, new Position("c", 2, 110), false);
    assertThat(write()).isEqualTo("r1");
    assertThat(primary.calls).as("the old primary").doesNotContain("execute[x]");
  }

  @Test
  void write_candidateIsUnreachable_waitsForItsFailureOnly() throws SQLException {
    build(Runnable::run, true);
    probe.unreachable(other);
    assertThat(write()).isEqualTo("primary");
    assertThat(probe.asked(other)).as("asked before the write").isPositive();
  }

  @Test
  void write_candidateHangs_waitsForTheTimeOfAProbeOnce() throws SQLException {
    Queue<Runnable> hanging = new ArrayDeque<>();
    build(hanging::add, true);
    assertThat(write()).isEqualTo("primary");
    assertThat(time.nanoTime()).isEqualTo(PROBE_TIMEOUT.toNanos());
    assertThat(write()).isEqualTo("primary");
    assertThat(time.nanoTime()).as("the second one").isEqualTo(PROBE_TIMEOUT.toNanos());
  }

  @Test
  void write_onlyThePrimaryMayWrite_doesNotWait() throws SQLException {
    build(Runnable::run, false);
    assertThat(write()).isEqualTo("primary");
    assertThat(time.nanoTime()).isZero();
    assertThat(probe.asked(other)).as("asked before the write").isZero();
  }
}
