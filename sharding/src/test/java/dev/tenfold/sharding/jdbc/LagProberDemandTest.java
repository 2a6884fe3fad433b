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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
  private final AtomicInteger askedPrimary = new AtomicInteger();
  private final AtomicInteger askedReplica = new AtomicInteger();
  private volatile boolean hangs;
  private volatile boolean lingers;

  private TimeSource counting() {
    return new DelegatingTimeSource(TimeSource.system()) {
      @Override
      public Timer schedule(long delayNanos, Executor executor, Runnable task) {
        scheduled.incrementAndGet();
        return super.schedule(delayNanos, executor, task);
      }
    };
  }

  private LagProbe.Reading read(Statement statement) throws SQLException {
    boolean standby = statement.getConnection().unwrap(StubPool.class) == replica;
    (standby ? askedReplica : askedPrimary).incrementAndGet();
    if (standby) {
      return StubProbe.reading("r1", new Position("c", 1, 100), true);
    }
    if (hangs) {
      Await.until("the primary answers", SOON, () -> !hangs);
    } else if (lingers) {
      int asked = askedReplica.get();
      Await.until("a round has begun without the primary", SOON, () -> askedReplica.get() > asked);
    }
    return StubProbe.reading("p", new Position("c", 1, 100), false);
  }

  @Test
  void demand_probeOfThePrimaryHangs_waitsWithoutSpinningAndIsNotLost() {
    try (ReadWriteDataSource dataSource =
            ReadWriteDataSource.builder("orders")
                .primary(primary.dataSource())
                .replica("r1", replica.dataSource())
                .probeInterval(Duration.ofMillis(50))
                .lagProbe(this::read)
                .timeSource(counting())
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

  @Test
  void captureToken_questionIsUnderWay_asksForNoOther() throws Exception {
    ExecutorService probes = Executors.newSingleThreadExecutor();
    ExecutorService user = Executors.newSingleThreadExecutor();
    try (ReadWriteDataSource dataSource =
            ReadWriteDataSource.builder("orders")
                .primary(primary.dataSource())
                .replica("r1", replica.dataSource())
                .maxStaleness(Duration.ofHours(2))
                .probeInterval(Duration.ofHours(1))
                .lagProbe(this::read)
                .timeSource(counting())
                .executor(probes)
                .build();
        ConsistencyScope scope = dataSource.openScope()) {
      Await.until("it is probed", SOON, () -> dataSource.explain().rejected().isEmpty());
      int before = askedPrimary.get();
      hangs = true;
      scope.wrote();
      Await.until("a question is under way", SOON, () -> askedPrimary.get() == before + 1);
      int scheduledBefore = scheduled.get();
      Thread[] capturing = new Thread[1];
      Future<String> token =
          user.submit(() -> {
            capturing[0] = Thread.currentThread();
            return scope.captureToken();
          });
      Await.until(
          "the capture waits",
          SOON,
          () -> capturing[0] != null && capturing[0].getState() == Thread.State.TIMED_WAITING);
      hangs = false;
      assertThat(token.get()).isNotEqualTo(Tokens.JUST_NOW);
      probes.submit(() -> {}).get(); // the round has ended
      assertThat(scheduled.get()).as("further rounds").isEqualTo(scheduledBefore);
    } finally {
      probes.shutdownNow();
      user.shutdownNow();
    }
  }
}
