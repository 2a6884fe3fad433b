// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.Latency;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call is surrounded by breaks: its clock, timer, executor, telemetry, or another call. */
@org.junit.jupiter.api.Timeout(30)
class BrokenSurroundingsTest {
  private static final Executor REFUSING =
      task -> {
        throw new RejectedExecutionException("shut down");
      };

  /** A clock parts of which may break. */
  private static class Clock extends DelegatingTimeSource {
    final ManualTimeSource manual;
    Supplier<RuntimeException> readingThrows = () -> null;
    Supplier<RuntimeException> waitingThrows = () -> null;
    Supplier<RuntimeException> timerThrows = () -> null;

    Clock(ManualTimeSource manual) {
      super(manual);
      this.manual = manual;
    }

    private static void fail(Supplier<RuntimeException> failure) {
      RuntimeException thrown = failure.get();
      if (thrown != null) {
        throw thrown;
      }
    }

    @Override
    public long nanoTime() {
      fail(readingThrows);
      return super.nanoTime();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
      fail(waitingThrows);
      super.sleep(nanos);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
      fail(waitingThrows);
      super.parkNanos(blocker, nanos);
    }

    @Override
    public Timer schedule(long delayNanos, Executor executor, Runnable task) {
      fail(timerThrows);
      return super.schedule(delayNanos, executor, task);
    }
  }

  private final Clock clock = new Clock(ManualTimeSource.autoAdvancing());

  @Test
  void bulkhead_waitThatThrows_leavesNobodyInTheLine() {
    Bulkhead bulkhead =
        Bulkhead.builder("b", 1).maxWait(Duration.ofSeconds(1)).timeSource(clock).build();
    Pipeline pipeline = Pipeline.of("p", bulkhead);
    CompletableFuture<String> held = new CompletableFuture<>();
    pipeline.callAsync(() -> held);
    clock.waitingThrows = () -> new IllegalStateException("park");

    assertThatIllegalStateException().isThrownBy(() -> pipeline.call(() -> "never"));
    held.complete("done");

    assertThat(bulkhead.waiting()).isZero();
    assertThat(bulkhead.inFlight()).isZero();
  }

  @Test
  void reservation_sleepThatThrows_isHandedBack() {
    TestGate gate = new TestGate("gate", -100);
    Pipeline pipeline = Pipeline.of("p", Retry.builder("r").timeSource(clock).build(), gate);
    clock.waitingThrows = () -> new IllegalStateException("sleep");

    assertThatIllegalStateException().isThrownBy(() -> pipeline.call(() -> "never"));

    assertThat(gate.exits()).extracting(TestGate.Exit::permit).containsOnly(-100L);
    assertThat(gate.verdicts()).isNotEmpty().containsOnly(Verdict.ABANDONED);
  }

  @Test
  void timeout_timerThatRefuses_isNoFailureOfTheBackendAndNotRepeated() {
    TestGate gate = new TestGate("gate", 0);
    Retry retry = Retry.builder("r").timeSource(clock).build();
    Timeout timeout = Timeout.builder("t", Duration.ofSeconds(1)).timeSource(clock).build();
    Pipeline pipeline = Pipeline.of("p", retry, gate, timeout);
    AtomicBoolean ran = new AtomicBoolean();
    clock.timerThrows = () -> new RejectedExecutionException("full");

    assertThatThrownBy(() -> pipeline.run(() -> ran.set(true)))
        .isInstanceOf(RejectedExecutionException.class);
    CompletableFuture<String> future =
        pipeline.callAsync(() -> {
          ran.set(true);
          return new CompletableFuture<>();
        });
    assertThatThrownBy(future::join).hasCauseInstanceOf(RejectedExecutionException.class);

    assertThat(ran).isFalse();
    assertThat(gate.verdicts()).containsExactly(Verdict.ABANDONED, Verdict.ABANDONED);
  }

  /** A call that waits for what the name says, behind a bulkhead of one permit. */
  private enum Waiting {
    QUEUE,
    RESERVATION,
    BACKOFF
  }

  @ParameterizedTest
  @EnumSource
  void callAsync_clockThatThrowsOnce_losesNoPermitAndEnds(Waiting waiting) {
    for (int n = 0; n < 40; n++) {
      ManualTimeSource manual = new ManualTimeSource();
      Clock once = new Clock(manual);
      Bulkhead bulkhead =
          Bulkhead.builder("b", 1).maxWait(Duration.ofSeconds(1)).timeSource(once).build();
      Bulkhead inner =
          Bulkhead.builder("i", 1).maxWait(Duration.ofSeconds(1)).timeSource(once).build();
      RateLimiter limiter =
          RateLimiter.builder("l", 1, Duration.ofSeconds(1))
              .maxWait(Duration.ofSeconds(5))
              .timeSource(once)
              .build();
      Retry retry =
          Retry.builder("r")
              .backoff(Backoff.constant(Duration.ofSeconds(1)))
              .timeSource(once)
              .build();
      Timeout timeout = Timeout.builder("t", Duration.ofSeconds(3)).timeSource(once).build();
      Pipeline pipeline =
          switch (waiting) {
            case QUEUE -> Pipeline.of("p", bulkhead, inner, timeout);
            case RESERVATION -> Pipeline.of("p", bulkhead, limiter, timeout);
            case BACKOFF -> Pipeline.of("p", bulkhead, retry, timeout);
          };
      boolean held = waiting == Waiting.QUEUE && inner.enter(0) != Gate.REFUSED;
      limiter.tryAcquire(1);
      AtomicInteger readings = new AtomicInteger(n);
      once.readingThrows =
          () -> readings.getAndDecrement() == 0 ? new IllegalStateException("clock") : null;

      CompletableFuture<String> future =
          CompletableFuture.supplyAsync(
                  () ->
                      pipeline.callAsync(() ->
                          waiting == Waiting.BACKOFF
                              ? CompletableFuture.failedFuture(new IOException("down"))
                              : CompletableFuture.completedFuture("up")),
                  Runnable::run)
              .thenCompose(stage -> stage);
      if (held) {
        inner.exit(0, 0, 0, Verdict.SUCCESS);
      }
      for (int second = 0; second < 20; second++) {
        manual.advance(Duration.ofSeconds(1));
      }

      assertThat(future).as("the call, reading %s of the clock throws", n).isDone();
      assertThat(bulkhead.inFlight()).as("permits, reading %s of the clock throws", n).isZero();
      assertThat(inner.inFlight()).as("inner permits, reading %s throws", n).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anyCall_clockThatThrowsOnceAtAnExit_losesNoPermit(boolean async) {
    int thrown = 0;
    for (int n = 0; n < 40; n++) {
      ManualTimeSource manual = new ManualTimeSource();
      Clock once = new Clock(manual);
      Bulkhead bulkhead = Bulkhead.builder("b", 1).timeSource(once).build();
      CircuitBreaker breaker =
          CircuitBreaker.builder("c")
              .window(Duration.ofSeconds(10))
              .slowCalls(Duration.ofSeconds(1), 0.5)
              .timeSource(once)
              .build();
      Timeout timeout = Timeout.builder("t", Duration.ofSeconds(2)).timeSource(once).build();
      Bulkhead inner = Bulkhead.builder("i", 1).timeSource(once).build();
      Pipeline pipeline = Pipeline.of("p", bulkhead, breaker, timeout, inner);
      AtomicInteger readings = new AtomicInteger(n);
      once.readingThrows =
          () -> readings.getAndDecrement() == 0 ? new IllegalStateException("clock") : null;
      try (var scope = Deadline.after(Duration.ofSeconds(1), manual).open()) {
        if (async) {
          Throwable unused =
              catchThrowable(() -> pipeline.callAsync(CompletableFuture<String>::new));
          manual.advance(Duration.ofSeconds(3));
        } else {
          Throwable unused =
              catchThrowable(() -> pipeline.run(() -> manual.advance(Duration.ofSeconds(3))));
        }
      }

      thrown += readings.get() < 0 ? 1 : 0;
      assertThat(bulkhead.inFlight()).as("permits, reading %s of the clock throws", n).isZero();
      assertThat(inner.inFlight()).as("inner permits, reading %s throws", n).isZero();
    }
    assertThat(thrown).as("readings that threw").isGreaterThanOrEqualTo(3);
    assertThat(Thread.interrupted()).isFalse();
  }

  private static KeyedPolicies<String> oneKey(TimeSource time) {
    return KeyedPolicies.<String>builder("k", 1, key -> Pipeline.of("k"))
        .idleAfter(Duration.ofSeconds(2))
        .timeSource(time)
        .build();
  }

  /** The full table refuses a second key, and gives the first one up when it is idle. */
  private void assertGivesTheKeyUp(KeyedPolicies<String> keyed) {
    assertThat(keyed.tryCall("b", () -> "b")).isInstanceOf(Outcome.Rejected.class);
    clock.manual.advance(Duration.ofHours(1));

    assertThat(keyed.tryCall("b", () -> "b")).isEqualTo(new Outcome.Success<>("b"));
  }

  @Test
  void keyedPolicies_timerThatRefusesOnce_keysAreStillGivenUp() {
    AtomicBoolean refusing = new AtomicBoolean();
    clock.timerThrows =
        () -> refusing.getAndSet(false) ? new RejectedExecutionException("full") : null;
    KeyedPolicies<String> keyed = oneKey(clock);
    keyed.call("a", () -> "a");
    refusing.set(true);
    clock.manual.advance(Duration.ofSeconds(1));
    assertThat(refusing).isFalse();
    assertThat(keyed.faults()).isEqualTo(1);

    assertGivesTheKeyUp(keyed);
  }

  @Test
  void keyedPolicies_handOverThatRefusesOnce_keysAreStillGivenUp() {
    AtomicBoolean refusing = new AtomicBoolean();
    DelegatingTimeSource time =
        new DelegatingTimeSource(clock.manual) {
          @Override
          public Executor handOver() {
            return refusing.getAndSet(false) ? REFUSING : super.handOver();
          }
        };
    KeyedPolicies<String> keyed = oneKey(time);
    keyed.call("a", () -> "a");
    refusing.set(true);
    clock.manual.advance(Duration.ofSeconds(1));
    assertThat(refusing).isFalse();

    assertGivesTheKeyUp(keyed);
  }

  @Test
  void reservation_clockThatThrowsOnce_isExited() {
    for (int n = 0; n < 10; n++) {
      ManualTimeSource manual = ManualTimeSource.autoAdvancing();
      Clock once = new Clock(manual);
      TestGate gate = new TestGate("g", -1_000_000);
      Timeout timeout = Timeout.builder("t", Duration.ofSeconds(2)).timeSource(once).build();
      AtomicInteger readings = new AtomicInteger(n);
      AtomicInteger entered = new AtomicInteger();
      once.readingThrows =
          () -> readings.getAndDecrement() == 0 ? new IllegalStateException("clock") : null;
      TestGate counted =
          new TestGate(
              "c",
              () -> {
                entered.getAndIncrement();
                return -2_000_000;
              },
              new ArrayList<>());
      Throwable unused =
          catchThrowable(() -> Pipeline.of("p", timeout, counted, gate).run(() -> {}));

      assertThat(counted.exits()).as("exits, reading %s throws", n).hasSize(entered.get());
    }
  }

  @Test
  void keyedPolicies_clockThatThrowsOnce_keysAreStillGivenUp() {
    AtomicBoolean broken = new AtomicBoolean();
    clock.readingThrows = () -> broken.getAndSet(false) ? new IllegalStateException("clock") : null;
    KeyedPolicies<String> keyed = oneKey(clock);
    keyed.call("a", () -> "a");
    broken.set(true);

    clock.manual.advance(Duration.ofSeconds(1));
    clock.manual.advance(Duration.ofHours(1));

    assertThat(keyed.tryCall("b", () -> "b")).isEqualTo(new Outcome.Success<>("b"));
    assertThat(keyed.faults()).isEqualTo(1);
  }

  @Test
  void callAsync_executorRefusesTheNextAttempt_theHandOverRunsIt() {
    IOException failure = new IOException("from the backend");
    AtomicInteger attempts = new AtomicInteger();
    Retry retry = Retry.builder("r").timeSource(clock.manual).build();
    Pipeline pipeline = Pipeline.builder("p", retry).executor(REFUSING).build();

    CompletableFuture<String> future =
        pipeline.callAsync(() -> {
          attempts.getAndIncrement();
          return CompletableFuture.failedFuture(failure);
        });
    clock.manual.advance(Duration.ofMinutes(1));

    assertThatThrownBy(future::join).hasCause(failure);
    assertThat(attempts).hasValue(4);
  }

  @Test
  void callAsync_executorRefuses_theTimerThreadRunsNoUserCode() {
    Timeout timeout = Timeout.of(Duration.ofMillis(1));
    Pipeline pipeline = Pipeline.builder("p", timeout).executor(REFUSING).build();
    CompletableFuture<String> toldBy = new CompletableFuture<>();

    pipeline
        .callAsync(CompletableFuture::new)
        .whenComplete((value, error) -> toldBy.complete(Thread.currentThread().getName()));

    assertThat(toldBy.join()).isNotEqualTo("tenfold-timer");
  }

  @Test
  void callAsync_timeoutFires_callerIsToldBeforeTheStageIsCancelled() {
    TestGate outer = new TestGate("outer", 0);
    Timeout total = Timeout.builder("t", Duration.ofSeconds(1)).timeSource(clock.manual).build();
    Retry retry = Retry.builder("r").timeSource(clock.manual).build();
    Pipeline pipeline = Pipeline.builder("p", outer, total, retry).executor(Runnable::run).build();
    AtomicReference<CompletableFuture<String>> result = new AtomicReference<>();
    AtomicReference<String> seen = new AtomicReference<>();
    CompletableFuture<String> stage =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            seen.set(result.get().isDone() + " " + outer.exits().size());
            return super.cancel(mayInterrupt);
          }
        };

    result.set(pipeline.callAsync(() -> stage));
    clock.manual.advance(Duration.ofSeconds(1));

    assertThat(seen).hasValue("true 1");
  }

  @Test
  void callAsync_attemptTimesOut_itsStageIsCancelledBeforeTheNextAttempt() {
    Timeout each = Timeout.builder("t", Duration.ofSeconds(1)).timeSource(clock.manual).build();
    Retry retry =
        Retry.builder("r")
            .backoff(Backoff.constant(Duration.ZERO))
            .timeSource(clock.manual)
            .build();
    Pipeline pipeline = Pipeline.builder("p", retry, each).executor(Runnable::run).build();
    CompletableFuture<String> first = new CompletableFuture<>();
    AtomicInteger attempts = new AtomicInteger();

    CompletableFuture<String> result =
        pipeline.callAsync(() ->
            attempts.incrementAndGet() == 1
                ? first
                : CompletableFuture.completedFuture("first cancelled: " + first.isCancelled()));
    clock.manual.advance(Duration.ofSeconds(1));

    assertThat(result).isCompletedWithValue("first cancelled: true");
  }

  @Test
  void telemetry_latencyThatThrows_leavesCallsAlone() {
    Telemetry broken =
        new RecordingTelemetry() {
          @Override
          public Latency latency(String name, Tags tags) {
            return new Latency() {
              @Override
              public boolean enabled() {
                throw new IllegalStateException("latency");
              }

              @Override
              public void record(long nanos) {}
            };
          }
        };
    Pipeline pipeline = Pipeline.builder("p").telemetry(broken).build();

    assertThat(pipeline.call(() -> "value")).isEqualTo("value");
    assertThat(pipeline.callAsync(() -> CompletableFuture.completedFuture("value")))
        .isCompletedWithValue("value");
    assertThat(pipeline.faults()).isEqualTo(2);
  }

  @Test
  void telemetry_cancelledWhileAnOuterGateExits_countsTheCallOnce() {
    AtomicReference<CompletableFuture<String>> future = new AtomicReference<>();
    Gate cancelling =
        new Gate() {
          @Override
          public String name() {
            return "cancelling";
          }

          @Override
          public long enter(long nowNanos) {
            return 0;
          }

          @Override
          public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
            future.get().cancel(true);
          }
        };
    var telemetry = new RecordingTelemetry();
    Retry retry = Retry.builder("r").build();
    Pipeline pipeline = Pipeline.builder("p", cancelling, retry).telemetry(telemetry).build();
    CompletableFuture<String> stage = new CompletableFuture<>();

    future.set(pipeline.callAsync(() -> stage));
    stage.complete("value");

    assertThat(telemetry.read("tenfold.resilience.pipeline.calls name=p")).isEqualTo(1);
  }
}
