// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.testkit.Await;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rounds on demand while a probe of the primary hangs or is slow, with real threads and a real
 * clock.
 */
@Timeout(30)
class LagProberDemandTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final StubPool primary = new StubPool("primary");
  private final StubPool replica = new StubPool("r1");
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final AtomicInteger scheduled = new AtomicInteger();
  private final AtomicInteger askedReplica = new AtomicInteger();
  private volatile boolean hangs;
  private volatile boolean lingers;

  private LagProbe.Reading read(Statement statement) throws SQLException {
    boolean standby = statement.getConnection().unwrap(StubPool.class) == replica;
    if (standby) {
      askedReplica.incrementAndGet();
    } else if (hangs) {
      Await.until("the primary answers", SOON, () -> !hangs);
    } else if (lingers) {
      int asked = askedReplica.get();
      Await.until("a round has begun without the primary", SOON, () -> askedReplica.get() > asked);
    }
    return StubProbe.reading(standby ? "r1" : "p", new Position("c", 1, 100), standby);
  }

  @Test
  void demand_probeOfThePrimaryHangs_waitsWithoutSpinningAndIsNotLost() {
    TimeSource counting =
        new DelegatingTimeSource(TimeSource.system()) {
          @Override
          public Timer schedule(long delayNanos, Executor executor, Runnable task) {
            scheduled.incrementAndGet();
            return super.schedule(delayNanos, executor, task);
          }
        };
    try (ReadWriteDataSource dataSource =
            ReadWriteDataSource.builder("orders")
                .primary(primary.dataSource())
                .replica("r1", replica.dataSource())
                .probeInterval(Duration.ofMillis(50))
                .lagProbe(this::read)
                .timeSource(counting)
                .telemetry(telemetry)
                .build();
        ConsistencyScope scope = dataSource.openScope()) {
      Await.until("it is probed", SOON, () -> dataSource.explain().rejected().isEmpty());
      hangs = true;
      scope.wrote();
      Await.until(
          "the primary is lost",
          SOON,
          () -> telemetry.events().toString().contains("primary.lost"));
      scope.wrote();
      int before = scheduled.get();
      int asked = askedReplica.get();
      Await.until("ten rounds have passed", SOON, () -> askedReplica.get() >= asked + 10);
      assertThat(scheduled.get() - before)
          .as("one for each round, and one for each try of the demand")
          .isLessThan(40);

      hangs = false;
      Await.until(
          "the demand is served", SOON, () -> !scope.captureToken().equals(Tokens.JUST_NOW));
    }
  }

  @Test
  void demand_scheduledRoundsMeetAProbeThatIsRunning_primaryThatAnswersIsNotLost() {
    try (ReadWriteDataSource dataSource =
            ReadWriteDataSource.builder("orders")
                .primary(primary.dataSource())
                .replica("r1", replica.dataSource())
                .probeInterval(Duration.ofMillis(200))
                .lagProbe(this::read)
                .telemetry(telemetry)
                .build();
        ConsistencyScope scope = dataSource.openScope()) {
      Await.until("it is probed", SOON, () -> dataSource.explain().rejected().isEmpty());
      lingers = true;
      int asked = askedReplica.get();
      Await.until(
          "six rounds have passed",
          SOON,
          () -> {
            scope.wrote();
            return askedReplica.get() >= asked + 6;
          });
      lingers = false;
      assertThat(telemetry.events().toString()).doesNotContain("primary.lost");
    }
  }
}
