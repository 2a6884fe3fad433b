// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.sharding.RefusingTimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounds with failures of other parts than the servers. */
class LagProberTest {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final ManualTimeSource time = new ManualTimeSource();
  private final RefusingTimeSource timers = new RefusingTimeSource(time);
  private final StubPool primary = new StubPool("primary");
  private final StubPool r1 = new StubPool("r1");
  private final StubPool r2 = new StubPool("r2");
  private final StubProbe probe = new StubProbe();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private ReadWriteDataSource dataSource;

  private ReadWriteDataSource build() {
    return build(timers);
  }

  private ReadWriteDataSource build(TimeSource source) {
    for (StubPool pool : new StubPool[] {primary, r1, r2}) {
      probe.at(pool, 100);
    }
    return ReadWriteDataSource.builder("orders")
        .primary(primary.dataSource())
        .replica("r1", r1.dataSource())
        .replica("r2", r2.dataSource())
        .maxStaleness(Duration.ofSeconds(10))
        .probeInterval(INTERVAL)
        .lagProbe(probe)
        .executor(Runnable::run)
        .timeSource(source)
        .telemetry(telemetry)
        .build();
  }

  @AfterEach
  void everyPool_afterEachTest_hasItsConnectionsBack() {
    if (dataSource != null) {
      dataSource.close();
    }
    assertThat(time.pending()).isZero();
    assertThat(primary.inUse() + r1.inUse() + r2.inUse()).isZero();
  }

  private StubPool readsFrom() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      connection.createStatement().close();
      return connection.unwrap(StubPool.class);
    }
  }

  static Stream<Throwable> noTimers() {
    return Stream.of(
        new RejectedExecutionException("more timers are pending than there is room for"),
        new InternalError("out of something"));
  }

  @ParameterizedTest
  @MethodSource("noTimers")
  void round_nextCannotBeScheduled_theNextConnectionGoesOn(Throwable failure) throws SQLException {
    dataSource = build();
    time.advance(INTERVAL);
    timers.refuse(failure);
    int asked = probe.asked(r1);
    time.advance(INTERVAL);
    assertThat(probe.asked(r1)).as("this round is held all the same").isEqualTo(asked + 1);
    assertThat(time.pending()).isZero();
    assertThat(readsFrom()).as("without a timer").isNotSameAs(primary);

    timers.refuse(null);
    time.advance(Duration.ofHours(1));
    assertThat(readsFrom()).isSameAs(primary);
    assertThat(time.pending()).isEqualTo(1);
    time.advance(Duration.ZERO);
    assertThat(readsFrom()).isNotSameAs(primary);
    asked = probe.asked(primary);
    time.advance(INTERVAL.multipliedBy(10));
    assertThat(probe.asked(primary)).isEqualTo(asked + 10);
  }

  /** An executor may block its submitter, or run the probe on it. */
  @Test
  void round_executorBlocksItsSubmitter_isNotCalledOnTheTimer() {
    List<Runnable> handedOver = new ArrayList<>();
    dataSource =
        build(
            new DelegatingTimeSource(time) {
              @Override
              public Executor handOver() {
                return handedOver::add;
              }
            });
    time.advance(INTERVAL);
    assertThat(probe.asked(primary)).as("probes on the timer").isZero();

    List.copyOf(handedOver).forEach(Runnable::run);
    assertThat(probe.asked(primary)).isEqualTo(handedOver.size());
  }

  @ParameterizedTest
  @MethodSource("noTimers")
  void build_cannotSchedule_throwsAndLeavesNothing(Throwable failure) {
    timers.refuse(failure);
    assertThatThrownBy(this::build).isSameAs(failure);
    assertThat(telemetry.open()).isEmpty();
  }

  @Test
  void round_probeThrowsAnError_countsAndPutsTheReplicaAside() throws SQLException {
    dataSource = build();
    time.advance(INTERVAL);
    probe.breakOn(r1);
    time.advance(INTERVAL);
    probe.breakOn(null);
    for (int i = 0; i < 20; i++) {
      assertThat(readsFrom()).isSameAs(r2);
    }
    time.advance(INTERVAL);
    r2.failing("getConnection");
    time.advance(INTERVAL);
    assertThat(readsFrom()).isSameAs(r1);
  }

  @Test
  void round_primarysProbeThrowsAnError_theReplicasAreProbed() {
    dataSource = build();
    time.advance(INTERVAL);
    probe.breakOn(primary);
    int asked = probe.asked(r1);
    time.advance(INTERVAL);
    assertThat(probe.asked(r1)).isEqualTo(asked + 1);
  }
}
