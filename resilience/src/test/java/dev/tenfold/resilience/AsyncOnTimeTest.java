// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.HandOver;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What ends an attempt, and whether it is repeated, happens on the timer and on time, whatever the
 * executor does: only what users wrote waits for a thread.
 */
@org.junit.jupiter.api.Timeout(30)
class AsyncOnTimeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimeSource time = new ManualTimeSource();
  private final List<Runnable> busy = new ArrayList<>();
  private final CompletableFuture<String> stage = new CompletableFuture<>();
  private final AtomicInteger attempts = new AtomicInteger();

  /** What users give to a pipeline. */
  private enum Kind {
    NONE(true),
    ON_THE_SPOT(true),
    REJECTING(true),
    THROWING(true),
    DROPPING(false),
    BUSY(false);

    /** Whether what follows a wait runs. */
    final boolean runs;

    Kind(boolean runs) {
      this.runs = runs;
    }
  }

  private Pipeline pipeline(Kind kind, Policy... policies) {
    Pipeline.Builder builder = Pipeline.builder("p", policies);
    return (kind == Kind.NONE ? builder : builder.executor(executor(kind))).build();
  }

  private Executor executor(Kind kind) {
    return switch (kind) {
      case NONE, ON_THE_SPOT -> Runnable::run;
      case REJECTING ->
          task -> {
            throw new RejectedExecutionException("shut down");
          };
      case THROWING -> // it keeps the task: it shall not run twice
          task -> {
            busy.add(task);
            throw new OutOfMemoryError("unable to create native thread");
          };
      case DROPPING -> task -> {};
      case BUSY -> busy::add;
    };
  }

  private CompletableFuture<String> counted(CompletableFuture<String> answer) {
    attempts.getAndIncrement();
    return answer;
  }

  private Timeout timeout(Duration duration) {
    return Timeout.builder("timeout", duration).timeSource(time).build();
  }

  private Bulkhead bulkhead(TimeSource source) {
    return Bulkhead.builder("bulkhead", 1).maxWait(SECOND).timeSource(source).build();
  }

  private CircuitBreaker.Builder breaker(TimeSource source) {
    return CircuitBreaker.builder("breaker").consecutiveFailures(1).timeSource(source);
  }

  private Retry.Builder retry(TimeSource source) {
    return Retry.builder("retry")
        .maxAttempts(2)
        .backoff(Backoff.constant(SECOND))
        .timeSource(source);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void timeout_anyExecutor_endsTheAttemptOnTime(Kind kind) {
    Bulkhead bulkhead = bulkhead(time);
    CircuitBreaker breaker = breaker(time).build();
    Timeout timeout = timeout(SECOND);
    CompletableFuture<String> result =
        pipeline(kind, bulkhead, breaker, timeout).callAsync(() -> stage);

    time.advance(SECOND);

    assertThat(bulkhead.inFlight()).as("permits").isZero();
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(timeout.fired()).isEqualTo(1);
    assertThat(stage).as("what goes on behind the timeout").isCancelled();
    assertThat(result.isDone()).as("the caller was told").isEqualTo(kind.runs);
    if (kind.runs) {
      assertThat(result)
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .withCauseInstanceOf(CallTimeoutException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void timeout_successComesLate_isIgnored(Kind kind) {
    CompletableFuture<String> deaf =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            return false;
          }
        };
    CircuitBreaker breaker = breaker(time).consecutiveFailures(2).build();
    CompletableFuture<String> result =
        pipeline(kind, breaker, timeout(SECOND)).callAsync(() -> deaf);
    time.advance(SECOND);

    deaf.complete("late");

    assertThat(breaker.counts().failures()).isEqualTo(1);
    assertThat(breaker.counts().successes()).isZero();
    assertThat(result.isDone() && !result.isCompletedExceptionally()).as("succeeded").isFalse();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void queueExpiry_anyExecutor_refusesOnTime(Kind kind) {
    Bulkhead outer = Bulkhead.builder("outer", 9).timeSource(time).build();
    Bulkhead bulkhead = bulkhead(time);
    Pipeline pipeline = pipeline(kind, outer, bulkhead);
    pipeline.callAsync(() -> stage);
    CompletableFuture<String> waiter = pipeline.callAsync(() -> counted(stage));

    time.advance(SECOND);

    assertThat(bulkhead.waiting()).isZero();
    assertThat(bulkhead.refused()).isEqualTo(1);
    assertThat(outer.inFlight()).isEqualTo(1);
    assertThat(waiter.isDone()).isEqualTo(kind.runs);
    assertThat(attempts).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void limiterWait_anyExecutor_goesOnThroughTheGatesAndTimesOutOnTime(Kind kind) {
    RateLimiter limiter =
        RateLimiter.builder("limiter", 1, SECOND).maxWait(SECOND).timeSource(time).build();
    Bulkhead bulkhead = Bulkhead.builder("bulkhead", 9).timeSource(time).build();
    Timeout timeout = timeout(SECOND);
    Pipeline pipeline = pipeline(kind, limiter, bulkhead, timeout);
    pipeline.callAsync(() -> CompletableFuture.completedFuture("first"));
    pipeline.callAsync(() -> counted(stage));

    time.advance(SECOND);
    assertThat(bulkhead.inFlight()).as("let in when the wait is over").isEqualTo(1);
    assertThat(attempts).hasValue(kind.runs ? 1 : 0);
    time.advance(SECOND);

    assertThat(bulkhead.inFlight()).isZero();
    assertThat(timeout.fired()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void backoff_anyExecutor_isDecidedAndWaitedForOnTime(Kind kind) {
    Retry retry = retry(time).build();
    Bulkhead bulkhead = bulkhead(time);
    Pipeline pipeline = pipeline(kind, retry, bulkhead, timeout(SECOND));
    pipeline.callAsync(() -> counted(new CompletableFuture<>()));

    time.advance(SECOND);
    assertThat(retry.retries()).as("granted when the timeout fires").isEqualTo(1);
    assertThat(bulkhead.inFlight()).isZero();
    assertThat(time.pending()).as("the backoff").isEqualTo(1);
    time.advance(SECOND);

    assertThat(attempts).hasValue(kind.runs ? 2 : 1);
    assertThat(bulkhead.inFlight()).isEqualTo(kind.runs ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void totalTimeout_executorHoldsTheNextAttempt_endsTheCallOnTime(Kind kind) {
    Bulkhead outer = Bulkhead.builder("outer", 1).timeSource(time).build();
    Timeout total = Timeout.builder("total", SECOND.multipliedBy(3)).timeSource(time).build();
    Pipeline pipeline = pipeline(kind, outer, total, retry(time).build(), timeout(SECOND));
    CompletableFuture<String> result = pipeline.callAsync(() -> counted(new CompletableFuture<>()));

    time.advance(SECOND.multipliedBy(3));
    assertThat(outer.inFlight()).isZero();
    busy.forEach(Runnable::run);

    assertThat(attempts).as("none begins after the end").hasValue(kind.runs ? 2 : 1);
    assertThat(result.isDone()).isEqualTo(kind != Kind.DROPPING);
    assertThat(time.pending()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void userCodeThatDecides_anyExecutor_isAskedByTheHandOver(Kind kind) {
    Retry retry = retry(time).classifier((value, error) -> Verdict.FAILURE).build();
    CircuitBreaker breaker = breaker(time).classifier((value, error) -> Verdict.FAILURE).build();
    TestGate gate = new TestGate("gate", 0);
    Pipeline pipeline = pipeline(kind, retry, breaker, gate, timeout(SECOND));
    pipeline.callAsync(() -> stage);

    time.advance(SECOND);

    assertThat(gate.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(retry.retries()).isEqualTo(1);
  }

  @Test
  void timeout_handOverAtItsCap_onlyUserCodeIsLate() {
    List<Runnable> handedOver = new ArrayList<>();
    TimeSource capped = capped(handedOver);
    List<String> log = new ArrayList<>();
    TestGate first = new TestGate("first", () -> 0, log);
    TestGate second = new TestGate("second", () -> 0, log);
    Bulkhead outer = bulkhead(capped);
    Bulkhead inner = Bulkhead.builder("inner", 1).timeSource(capped).build();
    CircuitBreaker breaker =
        breaker(capped).onStateChange((from, to) -> log.add(from + " to " + to)).build();
    Timeout timeout = Timeout.builder("timeout", SECOND).timeSource(capped).build();
    CompletableFuture<String> result =
        pipeline(Kind.NONE, outer, first, breaker, second, inner, timeout).callAsync(() -> stage);
    log.clear();

    time.advance(SECOND);
    assertThat(outer.inFlight() + inner.inFlight()).as("permits").isZero();
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(timeout.fired()).isEqualTo(1);
    assertThat(log).as("user code").isEmpty();
    assertThat(result).isNotDone();
    assertThat(stage).isNotDone();
    runAll(handedOver);

    assertThat(log)
        .containsExactlyInAnyOrder("CLOSED to OPEN", "exit second FAILURE", "exit first FAILURE")
        .containsSubsequence("exit second FAILURE", "exit first FAILURE");
    assertThat(result).isCompletedExceptionally();
    assertThat(stage).isCancelled();
  }

  @Test
  void cancel_exitsStillHandedOver_gatesOfUsersExitOnceAndInReverseOrder() {
    List<Runnable> handedOver = new ArrayList<>();
    TimeSource capped = capped(handedOver);
    List<String> log = new ArrayList<>();
    TestGate outside = new TestGate("outside", () -> 0, log);
    TestGate inside = new TestGate("inside", () -> 0, log);
    Bulkhead bulkhead = Bulkhead.builder("bulkhead", 1).timeSource(capped).build();
    Timeout timeout = Timeout.builder("timeout", SECOND).timeSource(capped).build();
    CompletableFuture<String> result =
        pipeline(Kind.NONE, outside, bulkhead, retry(capped).build(), inside, timeout)
            .callAsync(() -> stage);
    log.clear();
    time.advance(SECOND);

    result.cancel(true); // while the exit of the inner gate waits for a thread
    assertThat(bulkhead.inFlight()).isZero();
    assertThat(log).isEmpty();
    runAll(handedOver);

    assertThat(log).containsExactly("exit inside FAILURE", "exit outside ABANDONED");
    assertThat(time.pending()).as("no backoff is left").isZero();
  }

  @Test
  void cancelOfTheStage_blocksTheHandOver_nextAttemptWaitsForIt() {
    List<Runnable> handedOver = new ArrayList<>();
    TimeSource capped = capped(handedOver);
    Timeout timeout = Timeout.builder("timeout", SECOND).timeSource(capped).build();
    Retry retry = retry(capped).build();
    pipeline(Kind.NONE, retry, timeout)
        .callAsync(() -> {
          assertThat(stage.isDone()).as("the attempt before is over").isEqualTo(attempts.get() > 0);
          return counted(attempts.get() == 0 ? stage : new CompletableFuture<>());
        });

    time.advance(SECOND);
    time.advance(SECOND);
    assertThat(retry.retries()).isEqualTo(1);
    assertThat(attempts).hasValue(1);
    runAll(handedOver);

    assertThat(stage).isCancelled();
    assertThat(attempts).hasValue(2);
  }

  @Test
  void timeout_firesWhileAGateIsEntered_laterGatesAreNotEntered() {
    Gate slow =
        new TestGate(
            "slow",
            () -> {
              time.advance(SECOND);
              return 0;
            },
            new ArrayList<>());
    RateLimiter limiter =
        RateLimiter.builder("limiter", 1, Duration.ofHours(1)).timeSource(time).build();

    CompletableFuture<String> result =
        pipeline(Kind.NONE, timeout(SECOND), slow, limiter).callAsync(() -> counted(stage));

    assertThat(result).isCompletedExceptionally();
    assertThat(attempts).hasValue(0);
    assertThat(limiter.available()).as("permits of the limiter").isEqualTo(1);
  }

  @Test
  void stageFails_executorNeverRuns_theCallEndsOnTheStagesThread() {
    CompletableFuture<String> result =
        pipeline(Kind.BUSY, bulkhead(time), timeout(SECOND)).callAsync(() -> stage);

    stage.completeExceptionally(new IOException("down"));

    assertThat(result).isCompletedExceptionally();
    assertThat(busy).isEmpty();
  }

  private static CompletableFuture<String> blocked(CountDownLatch entered, CountDownLatch until) {
    entered.countDown();
    try {
      until.await();
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
    return new CompletableFuture<>();
  }

  /** Manual time, and threads that may block. */
  private TimeSource threads() {
    return new DelegatingTimeSource(time) {
      @Override
      public Executor handOver() {
        return HandOver.shared();
      }
    };
  }

  private Pipeline withRealThreads(Kind kind) {
    TimeSource threads = threads();
    return pipeline(
        kind,
        Timeout.builder("total", SECOND.multipliedBy(2)).timeSource(threads).build(),
        Retry.builder("r").backoff(Backoff.constant(Duration.ZERO)).timeSource(threads).build(),
        Timeout.builder("each", SECOND).timeSource(threads).build());
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "ON_THE_SPOT", "REJECTING"})
  void totalTimeout_supplierOfALaterAttemptBlocks_callerIsTold(Kind kind) throws Exception {
    CountDownLatch entered = new CountDownLatch(2);
    CountDownLatch until = new CountDownLatch(1);
    CompletableFuture<String> result =
        withRealThreads(kind)
            .callAsync(() -> {
              if (attempts.getAndIncrement() == 0) {
                entered.countDown();
                return new CompletableFuture<>();
              }
              return blocked(entered, until);
            });
    time.advance(SECOND);
    entered.await();
    try {
      time.advance(SECOND);
      assertThat(result.handle((value, error) -> error).get())
          .isInstanceOf(CallTimeoutException.class);
    } finally {
      until.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "ON_THE_SPOT", "REJECTING"})
  void timeout_dependentStageBlocks_stageIsCancelled(Kind kind) throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    Timeout timeout = Timeout.builder("timeout", SECOND).timeSource(threads()).build();
    CompletableFuture<String> result = pipeline(kind, timeout).callAsync(() -> stage);
    var unused = result.whenComplete((value, error) -> blocked(new CountDownLatch(0), until));
    time.advance(SECOND);
    try {
      assertThat(stage.handle((value, error) -> error).get())
          .isInstanceOf(CancellationException.class);
    } finally {
      until.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "ON_THE_SPOT", "REJECTING"})
  void totalTimeout_cancelOfTheStageBlocks_callerIsToldAndNoAttemptBegins(Kind kind)
      throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch until = new CountDownLatch(1);
    CompletableFuture<String> stubborn =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            return blocked(entered, until).cancel(mayInterrupt);
          }
        };
    CompletableFuture<String> result = withRealThreads(kind).callAsync(() -> counted(stubborn));
    time.advance(SECOND);
    entered.await();
    try {
      time.advance(SECOND);
      assertThat(result.handle((value, error) -> error).get())
          .isInstanceOf(CallTimeoutException.class);
      assertThat(attempts).hasValue(1);
    } finally {
      until.countDown();
    }
  }

  private static void runAll(List<Runnable> handedOver) {
    while (!handedOver.isEmpty()) {
      handedOver.remove(0).run();
    }
  }

  /** A time source whose hand-over has no thread to give yet. */
  private TimeSource capped(List<Runnable> handedOver) {
    return new DelegatingTimeSource(time) {
      @Override
      public Executor handOver() {
        return handedOver::add;
      }
    };
  }
}
