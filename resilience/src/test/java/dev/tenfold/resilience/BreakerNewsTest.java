// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What a breaker tells its listener and its telemetry, in which order and on which thread. */
@org.junit.jupiter.api.Timeout(60)
class BreakerNewsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimeSource manual = new ManualTimeSource();
  private final List<Runnable> handedOver = new ArrayList<>();
  private final TimeSource time =
      new DelegatingTimeSource(manual) {
        @Override
        public Executor handOver() {
          return handedOver::add;
        }
      };
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  private CircuitBreaker.Builder breaker() {
    return CircuitBreaker.builder("breaker")
        .consecutiveFailures(1)
        .openFor(SECOND)
        .timeSource(time)
        .onStateChange((from, to) -> heard.add(from + " to " + to));
  }

  private void runHandedOver() {
    while (!handedOver.isEmpty()) {
      handedOver.remove(0).run();
    }
  }

  @Test
  void release_leadsAnotherCallIntoAnOpenBreaker_tellsOnAThreadOfTheHandOver() {
    RecordingTelemetry telemetry = new RecordingTelemetry();
    CircuitBreaker breaker = breaker().telemetry(telemetry).build();
    Bulkhead bulkhead =
        Bulkhead.builder("bulkhead", 1).maxWait(SECOND.multipliedBy(2)).timeSource(time).build();
    Pipeline pipeline = Pipeline.of("payments", bulkhead, breaker);
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    long held = bulkhead.enter(0);
    CompletableFuture<String> waiting =
        pipeline.callAsync(() -> CompletableFuture.completedFuture("answer"));
    manual.advance(SECOND);
    heard.clear();
    int events = telemetry.events().size();

    bulkhead.exit(held, 0, 0, Verdict.SUCCESS);

    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    assertThat(heard).as("told by the releasing thread").isEmpty();
    assertThat(telemetry.events()).hasSize(events);
    runHandedOver();
    assertThat(waiting).isCompletedWithValue("answer");
    assertThat(heard).startsWith("OPEN to HALF_OPEN");
    assertThat(telemetry.events().size()).isGreaterThan(events);
  }

  @Test
  void timer_changesTheStateTwice_tellsInTheOrderOfTheChanges() {
    CircuitBreaker breaker = breaker().rampUp(SECOND).build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    manual.advance(SECOND);
    while (breaker.state() == BreakerState.HALF_OPEN) {
      breaker.exit(breaker.enter(0), 0, 0, Verdict.SUCCESS);
    }
    assertThat(breaker.state()).isEqualTo(BreakerState.RAMPING);
    heard.clear();
    Pipeline pipeline =
        Pipeline.of(
            "payments",
            breaker,
            Timeout.builder("timeout", SECOND.multipliedBy(2)).timeSource(time).build());
    CompletableFuture<String> late = admitted(pipeline);

    manual.advance(SECOND.multipliedBy(2));
    List<Runnable> tasks = new ArrayList<>(handedOver);
    handedOver.clear();
    for (int i = tasks.size() - 1; i >= 0; i--) { // a hand-over promises no order
      tasks.get(i).run();
    }

    assertThat(heard).containsExactly("RAMPING to CLOSED", "CLOSED to OPEN");
    runHandedOver();
    assertThat(late).isCompletedExceptionally();
  }

  /** Calls until the ramp admits a call. */
  private CompletableFuture<String> admitted(Pipeline pipeline) {
    CompletableFuture<String> call;
    do {
      call = pipeline.callAsync(CompletableFuture::new);
      runHandedOver();
    } while (call.isDone());
    return call;
  }

  @Test
  void listener_changesTheState_isToldAfterTheFirstChange() {
    List<CircuitBreaker> one = new ArrayList<>();
    CircuitBreaker breaker =
        breaker()
            .onStateChange((from, to) -> {
              if (to == BreakerState.OPEN) {
                one.get(0).switchTo(BreakerMode.DISABLED);
              }
              heard.add(from + " to " + to);
            })
            .build();
    one.add(breaker);

    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);

    assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to DISABLED");
  }

  @Test
  void listener_blocksOnOneThread_delaysNoOtherCall() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    CircuitBreaker breaker =
        breaker()
            .onStateChange((from, to) -> {
              heard.add(from + " to " + to);
              entered.countDown();
              until(open);
            })
            .build();
    Thread slow = new Thread(() -> breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE));
    slow.start();
    until(entered);

    breaker.switchTo(BreakerMode.DISABLED);
    assertThat(heard).containsExactly("CLOSED to OPEN");

    open.countDown();
    slow.join();
    assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to DISABLED");
  }

  private static void until(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
  }

  @Test
  void handOver_throwsAndKeepsTheTask_stillTellsOneAtATime() throws Exception {
    List<Runnable> kept = new ArrayList<>();
    TimeSource keeping =
        new DelegatingTimeSource(manual) {
          @Override
          public Executor handOver() {
            return task -> {
              kept.add(task);
              throw new OutOfMemoryError("no thread");
            };
          }
        };
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    CircuitBreaker breaker =
        breaker()
            .timeSource(keeping)
            .onStateChange((from, to) -> {
              heard.add(from + " to " + to);
              if (to == BreakerState.DISABLED) {
                entered.countDown();
                until(open);
              }
            })
            .build();
    var unused =
        manual.schedule(
            1, Runnable::run, () -> breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE));
    manual.advance(Duration.ofNanos(1));
    kept.forEach(Runnable::run);

    Thread slow = new Thread(() -> breaker.switchTo(BreakerMode.DISABLED));
    slow.start();
    until(entered);
    breaker.switchTo(BreakerMode.AUTOMATIC);
    assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to DISABLED");

    open.countDown();
    slow.join();
    assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to DISABLED", "DISABLED to CLOSED");
  }

  @Test
  void manyThreads_changeTheState_listenerHearsAChain() throws Exception {
    CircuitBreaker breaker = breaker().build();
    List<Thread> threads = new ArrayList<>();
    BreakerMode[] modes = {BreakerMode.DISABLED, BreakerMode.FORCED_OPEN, BreakerMode.METRICS_ONLY};
    for (BreakerMode mode : modes) {
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < 2_000; i++) {
              breaker.switchTo(mode);
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    String last = "CLOSED";
    for (String change : heard) {
      assertThat(change).as("the change after %s", last).startsWith(last + " to ");
      last = change.substring(change.indexOf(" to ") + 4);
    }
    assertThat(last).isEqualTo(breaker.state().name());
  }

  @Test
  void handOver_refuses_tellsAllTheSame() {
    ManualTimeSource clock = new ManualTimeSource();
    TimeSource refusing =
        new DelegatingTimeSource(clock) {
          @Override
          public Executor handOver() {
            return task -> {
              throw new RejectedExecutionException("no thread");
            };
          }
        };
    CircuitBreaker breaker = breaker().timeSource(refusing).build();

    var unused =
        clock.schedule(
            1, Runnable::run, () -> breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE));
    clock.advance(Duration.ofNanos(1));

    assertThat(heard).containsExactly("CLOSED to OPEN");
    assertThat(breaker.counts().faults()).isPositive();
  }

  @Test
  void fault_onTheTimer_isReportedByAThreadOfTheHandOver() {
    RecordingTelemetry telemetry = new RecordingTelemetry();
    UserCodeFaults faults = new UserCodeFaults(telemetry, time, "payments", "pipeline");

    var unused =
        manual.schedule(1, Runnable::run, () -> faults.report("retry", new IOException("clock")));
    manual.advance(Duration.ofNanos(1));

    assertThat(faults.count()).isEqualTo(1);
    assertThat(telemetry.events()).isEmpty();
    runHandedOver();
    assertThat(telemetry.events()).hasSize(1);
  }
}
