// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A timeout that the caller's deadline ends: the backend's failure only if the attempt ran for at
 * least half of the timeout.
 */
@org.junit.jupiter.api.Timeout(60)
class ClippedTimeoutTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HALF = Duration.ofMillis(500);
  private static final Duration MOMENT = Duration.ofNanos(1);

  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final Timeout timeout = Timeout.builder("timeout", SECOND).timeSource(time).build();

  @AfterEach
  void noInterruptIsLeftBehind() {
    assertThat(Thread.interrupted()).isFalse();
  }

  enum Mode {
    CALL,
    TRY_CALL,
    CALL_ASYNC
  }

  /** Calls a backend that takes a while and heeds interrupts, with some time left. */
  private Throwable end(Mode mode, Duration left, Duration backend, Pipeline pipeline) {
    // An interrupt ends a sleep of this clock, but does not stop the clock on its way.
    long sleep = Math.min(Math.min(left.toNanos(), SECOND.toNanos()), backend.toNanos());
    try (Ambient.Scope scope = Deadline.after(left, time).open()) {
      return switch (mode) {
        case CALL -> catchThrowable(() -> pipeline.run(() -> time.sleep(sleep)));
        case TRY_CALL ->
            pipeline
                .tryCall(() -> {
                  time.sleep(sleep);
                  return "answer";
                })
                .<Throwable>fold(value -> null, error -> error, refusal -> refusal);
        case CALL_ASYNC -> {
          var future = pipeline.callAsync(() -> stage(backend));
          time.advance(backend.plus(SECOND));
          Throwable thrown = catchThrowable(future::join);
          yield thrown == null ? null : thrown.getCause();
        }
      };
    }
  }

  private CompletableFuture<String> stage(Duration backend) {
    CompletableFuture<String> stage = new CompletableFuture<>();
    var unused = time.schedule(backend.toNanos(), Runnable::run, () -> stage.complete("answer"));
    return stage;
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("payments", policies).executor(Runnable::run).build();
  }

  private CircuitBreaker.Builder breaker() {
    return CircuitBreaker.builder("breaker").timeSource(time);
  }

  @ParameterizedTest
  @EnumSource
  void deadline_leavesAHealthyBackendTooLittle_opensNoBreaker(Mode mode) {
    CircuitBreaker outside = breaker().consecutiveFailures(1).build();
    CircuitBreaker inside = breaker().consecutiveFailures(1).build();
    Pipeline pipeline = pipeline(outside, timeout, inside);

    for (int i = 0; i < 30; i++) {
      assertThat(end(mode, Duration.ofMillis(5), Duration.ofMillis(15), pipeline))
          .isInstanceOfSatisfying(
              CallTimeoutException.class,
              e -> {
                assertThat(e.deadlineEnded()).isTrue();
                assertThat(e.timeout()).isEqualTo(Duration.ofMillis(5));
              })
          .hasMessage("payments: no result within PT0.005S, when the deadline ended");
    }

    assertThat(outside.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(inside.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(outside.counts().failures() + inside.counts().failures()).isZero();
    assertThat(timeout.fired()).isZero();
    assertThat(timeout.deadlinesEnded()).isEqualTo(30);
  }

  @ParameterizedTest
  @EnumSource
  void deadline_leavesHalfOfTheTimeout_isAFailureAndLessIsNone(Mode mode) {
    TestGate outside = new TestGate("outside", 0);
    TestGate inside = new TestGate("inside", 0);
    Pipeline pipeline = pipeline(outside, timeout, inside);

    end(mode, HALF.minus(MOMENT), SECOND, pipeline);
    end(mode, HALF, SECOND, pipeline);
    end(mode, SECOND.minus(MOMENT), SECOND, pipeline);

    assertThat(outside.verdicts())
        .containsExactly(Verdict.ABANDONED, Verdict.FAILURE, Verdict.FAILURE);
    assertThat(inside.verdicts())
        .containsExactly(Verdict.ABANDONED, Verdict.FAILURE, Verdict.FAILURE);
    assertThat(timeout.fired()).isZero();
    assertThat(timeout.deadlinesEnded()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void deadline_laterThanTheTimeout_isATimeoutAsEver(Mode mode) {
    TestGate outside = new TestGate("outside", 0);
    TestGate inside = new TestGate("inside", 0);

    Throwable end = end(mode, SECOND, Duration.ofSeconds(2), pipeline(outside, timeout, inside));

    assertThat(end)
        .isInstanceOfSatisfying(
            CallTimeoutException.class, e -> assertThat(e.deadlineEnded()).isFalse())
        .hasMessage("payments: no result within PT1S");
    assertThat(outside.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(inside.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(timeout.fired()).isEqualTo(1);
    assertThat(timeout.deadlinesEnded()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void deadline_leavesHalfOfASlowCall_isAFailureForThatBreaker(Mode mode) {
    List<CircuitBreaker> breakers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      breakers.add(breaker().slowCalls(Duration.ofMillis(20), 0.5).build());
    }
    TestGate gate = new TestGate("gate", 0);
    Pipeline pipeline = pipeline(breakers.get(0), timeout, breakers.get(1), gate);

    end(mode, Duration.ofMillis(10).minus(MOMENT), SECOND, pipeline);
    assertThat(breakers).allSatisfy(b -> assertThat(b.counts().failures()).isZero());
    end(mode, Duration.ofMillis(10), SECOND, pipeline);
    assertThat(breakers).allSatisfy(b -> assertThat(b.counts().failures()).isEqualTo(1));

    assertThat(gate.verdicts()).containsExactly(Verdict.ABANDONED, Verdict.ABANDONED);
  }

  @ParameterizedTest
  @EnumSource
  void deadline_leavesTooLittle_asksNoClassifierAndGivesAProbeBack(Mode mode) {
    AtomicInteger asked = new AtomicInteger();
    CircuitBreaker breaker =
        breaker()
            .consecutiveFailures(1)
            .openFor(SECOND)
            .probes(1)
            .classifier((value, error) -> {
              asked.incrementAndGet();
              return null;
            })
            .build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    time.advance(SECOND);
    Pipeline pipeline = pipeline(breaker, timeout);

    end(mode, HALF.minus(MOMENT), SECOND, pipeline);

    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    assertThat(asked).hasValue(0);
    assertThat(end(mode, SECOND, MOMENT, pipeline)).isNull();
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(asked).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void deadline_clipsTwoTimeouts_countsForAllGatesFromHalfOfTheShorter(Mode mode) {
    Timeout total = Timeout.builder("total", SECOND.multipliedBy(9)).timeSource(time).build();
    TestGate outermost = new TestGate("outermost", 0);
    TestGate between = new TestGate("between", 0);
    TestGate inside = new TestGate("inside", 0);
    Pipeline pipeline = pipeline(outermost, total, between, timeout, inside);

    end(mode, HALF, SECOND, pipeline); // half of the inner, little of the outer
    end(mode, HALF.minus(MOMENT), SECOND, pipeline);

    for (TestGate gate : List.of(outermost, between, inside)) {
      assertThat(gate.verdicts())
          .as("verdicts of gate %s", gate.name())
          .containsExactly(Verdict.FAILURE, Verdict.ABANDONED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void deadline_endsALaterAttempt_countsTheTimeOfThatAttemptAlone(Mode mode) {
    Timeout each = Timeout.builder("each", Duration.ofMillis(400)).timeSource(time).build();
    Retry retry =
        Retry.builder("retry")
            .maxAttempts(5)
            .backoff(Backoff.constant(Duration.ofMillis(5)))
            .timeSource(time)
            .build();
    TestGate gate = new TestGate("gate", 0);
    Pipeline pipeline = pipeline(timeout, retry, gate, each);
    Duration attempt = Duration.ofMillis(390);

    end(mode, Duration.ofMillis(800), pipeline, attempt, attempt, Duration.ofMillis(10));

    assertThat(gate.verdicts())
        .containsExactly(Verdict.FAILURE, Verdict.FAILURE, Verdict.ABANDONED);
  }

  @ParameterizedTest
  @EnumSource
  void deadline_endsAFirstAttemptInsideTheRetry_countsForTheGatesOutside(Mode mode) {
    Timeout each = Timeout.builder("each", Duration.ofMillis(400)).timeSource(time).build();
    Retry retry = Retry.builder("retry").backoff(Backoff.constant(HALF)).timeSource(time).build();
    TestGate gate = new TestGate("gate", 0);
    Pipeline pipeline = pipeline(gate, timeout, retry, each);

    end(mode, Duration.ofMillis(200), pipeline, Duration.ofMillis(200));
    end(mode, Duration.ofMillis(200).minus(MOMENT), pipeline, Duration.ofMillis(200).minus(MOMENT));

    assertThat(gate.verdicts()).containsExactly(Verdict.FAILURE, Verdict.ABANDONED);
  }

  /** Calls a backend whose attempts fail after these times; the last attempt does not end. */
  private void end(Mode mode, Duration left, Pipeline pipeline, Duration... attempts) {
    AtomicInteger count = new AtomicInteger();
    try (Ambient.Scope scope = Deadline.after(left, time).open()) {
      if (mode == Mode.CALL_ASYNC) {
        var future =
            pipeline.callAsync(() -> {
              CompletableFuture<String> stage = new CompletableFuture<>();
              int attempt = count.getAndIncrement();
              if (attempt < attempts.length - 1) {
                var unused =
                    time.schedule(
                        attempts[attempt].toNanos(),
                        Runnable::run,
                        () -> stage.completeExceptionally(new IOException("attempt " + attempt)));
              }
              return stage;
            });
        time.advance(left.plus(SECOND));
        assertThat(future).isCompletedExceptionally();
      } else {
        CheckedSupplier<String, Exception> code =
            () -> {
              int attempt = count.getAndIncrement();
              time.sleep(attempts[attempt].toNanos());
              throw new IOException("attempt " + attempt);
            };
        Throwable thrown =
            mode == Mode.CALL
                ? catchThrowable(() -> pipeline.call(code))
                : pipeline.tryCall(code).<Throwable>fold(v -> null, e -> e, r -> r);
        assertThat(thrown).isInstanceOf(CallTimeoutException.class);
      }
    }
    assertThat(count).as("attempts").hasValue(attempts.length);
  }

  @ParameterizedTest
  @EnumSource
  void deadline_endsACallThatHasWaited_countsOnlyTheTimeOfTheCall(Mode mode) {
    Timeout shorter = Timeout.builder("shorter", Duration.ofMillis(200)).timeSource(time).build();
    TestGate nesting = new TestGate("nesting", 0);
    TestGate outside = new TestGate("outside", 0);
    TestGate inside = new TestGate("inside", 0);
    Bulkhead bulkhead = Bulkhead.builder("bulkhead", 1).maxWait(SECOND).timeSource(time).build();
    TestGate reserving = new TestGate("reserving", -Duration.ofMillis(145).toNanos());
    Pipeline outer = Pipeline.builder("outer", nesting).executor(Runnable::run).build();

    // A thread that parks in the queue would move this clock to the end of its longest wait.
    List<Gate> waits = mode == Mode.CALL_ASYNC ? List.of(bulkhead, reserving) : List.of(reserving);

    for (Gate waiting : waits) {
      Pipeline inner = pipeline(outside, shorter, waiting, inside);
      long held = bulkhead.enter(0);
      var unused =
          time.schedule(
              Duration.ofMillis(145).toNanos(),
              Runnable::run,
              () -> bulkhead.exit(held, 0, 0, Verdict.SUCCESS));
      try (Ambient.Scope scope = Deadline.after(Duration.ofMillis(150), time).open()) {
        if (mode == Mode.CALL_ASYNC) {
          var future = outer.callAsync(() -> inner.callAsync(CompletableFuture<String>::new));
          time.advance(SECOND);
          assertThat(future).isCompletedExceptionally();
        } else {
          assertThat(
                  catchThrowable(
                      () -> outer.run(() -> throwing(mode, inner, Duration.ofMillis(5)))))
              .isInstanceOf(CallTimeoutException.class);
        }
      }
    }

    for (TestGate gate : List.of(nesting, outside, inside)) {
      assertThat(gate.verdicts())
          .as("verdicts of gate %s", gate.name())
          .hasSameSizeAs(waits)
          .containsOnly(Verdict.ABANDONED);
    }
  }

  private void throwing(Mode mode, Pipeline pipeline, Duration backend) throws Exception {
    if (mode == Mode.CALL) {
      pipeline.run(() -> time.sleep(backend.toNanos()));
      return;
    }
    Exception thrown =
        pipeline
            .tryCall(() -> {
              time.sleep(backend.toNanos());
              return "answer";
            })
            .<Exception>fold(value -> null, error -> error, refusal -> refusal);
    if (thrown != null) {
      throw thrown;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CALL", "TRY_CALL"})
  void deadline_timerOfTheInnerTimeoutIsTooLate_countsInTheSameWay(Mode mode) {
    Duration total = SECOND.multipliedBy(9);
    TimeSource firstTimerOnly =
        new DelegatingTimeSource(time) {
          private boolean scheduled;

          @Override
          public Timer scheduleAt(long atNanos, Executor executor, Runnable task) {
            Timer timer = scheduled ? () -> true : super.scheduleAt(atNanos, executor, task);
            scheduled = true;
            return timer;
          }
        };
    TestGate between = new TestGate("between", 0);
    TestGate inside = new TestGate("inside", 0);
    Pipeline pipeline =
        pipeline(
            Timeout.builder("total", total).timeSource(firstTimerOnly).build(),
            between,
            Timeout.builder("inner", SECOND).timeSource(firstTimerOnly).build(),
            inside);

    end(mode, HALF, SECOND, pipeline);

    assertThat(between.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(inside.verdicts()).containsExactly(Verdict.FAILURE);
  }

  @Test
  void deadline_leavesAnInnerPipelineTooLittle_isNoFailureOfTheOuterEither() {
    TestGate outer = new TestGate("outer", 0);
    Pipeline out = pipeline(outer);
    Pipeline in = pipeline(timeout);
    Deadline deadline = Deadline.after(Duration.ofMillis(5), time);

    try (Ambient.Scope scope = deadline.open()) {
      assertThat(catchThrowable(() -> out.run(() -> in.run(() -> time.sleep(15_000_000)))))
          .isInstanceOf(CallTimeoutException.class);
    }
    try (Ambient.Scope scope = Deadline.after(Duration.ofMillis(5), time).open()) {
      Throwable end =
          catchThrowable(() ->
              out.run(() -> {
                var future = in.callAsync(() -> new CompletableFuture<String>());
                time.advance(SECOND);
                future.join();
              }));
      assertThat(end)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(CallTimeoutException.class);
    }

    assertThat(outer.verdicts()).containsExactly(Verdict.ABANDONED, Verdict.ABANDONED);
  }

  @ParameterizedTest
  @EnumSource(names = {"CALL", "TRY_CALL"})
  void deadline_codeIgnoresItAndRunsOn_isAFailureFromHalfOfTheTimeout(Mode mode) {
    ManualTimeSource manual = new ManualTimeSource();
    Timeout second = Timeout.builder("timeout", SECOND).timeSource(manual).build();
    TestGate outside = new TestGate("outside", 0);
    TestGate inside = new TestGate("inside", 0);
    Pipeline pipeline = pipeline(outside, second, inside);
    for (Duration took : List.of(HALF.minus(MOMENT), HALF, SECOND.multipliedBy(3))) {
      try (Ambient.Scope scope = Deadline.after(Duration.ofMillis(5), manual).open()) {
        if (mode == Mode.CALL) {
          assertThat(catchThrowable(() -> pipeline.run(() -> manual.advance(took))))
              .isInstanceOf(CallTimeoutException.class);
        } else {
          var outcome =
              pipeline.tryCall(() -> {
                manual.advance(took);
                return "late";
              });
          assertThat(outcome).isInstanceOf(Outcome.Failure.class);
        }
      }
    }

    assertThat(outside.verdicts())
        .containsExactly(Verdict.ABANDONED, Verdict.FAILURE, Verdict.FAILURE);
    assertThat(inside.verdicts())
        .containsExactly(Verdict.ABANDONED, Verdict.FAILURE, Verdict.FAILURE);
  }

  @Test
  void timeoutOfYourOwn_thrown_isAFailure() {
    TestGate gate = new TestGate("gate", 0);
    Pipeline pipeline = pipeline(gate);

    assertThat(
            catchThrowable(() ->
                pipeline.run(() -> {
                  throw new CallTimeoutException("client", MOMENT, null);
                })))
        .hasMessage("client: no result within PT0.000000001S");

    assertThat(gate.verdicts()).containsExactly(Verdict.FAILURE);
  }
}
