// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A wait that is known to outlast a timeout further out is not begun. */
@org.junit.jupiter.api.Timeout(60)
class OuterTimeoutTest {
  private static final long SECOND = 1_000_000_000;
  private static final int SECONDS = 300;
  private static final int RATE = 10;

  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();

  @AfterEach
  void noInterruptIsLeftBehind() {
    assertThat(Thread.interrupted()).isFalse();
  }

  private static Timeout timeout(TimeSource time, long millis) {
    return Timeout.builder("timeout " + millis, Duration.ofMillis(millis)).timeSource(time).build();
  }

  private static Pipeline limited(TimeSource time) {
    RateLimiter limiter =
        RateLimiter.builder("limiter", RATE, Duration.ofSeconds(1))
            .burst(1)
            .maxWait(Duration.ofSeconds(2))
            .timeSource(time)
            .build();
    return Pipeline.builder("p", timeout(time, 1_000), limiter).executor(Runnable::run).build();
  }

  private static void isFairGoodput(int inTheFirstHalf, int inTheSecondHalf) {
    int fair = SECONDS * RATE / 2 * 9 / 10;
    assertThat(inTheFirstHalf).as("calls of the first half").isGreaterThanOrEqualTo(fair);
    assertThat(inTheSecondHalf).as("calls of the second half").isGreaterThanOrEqualTo(fair);
  }

  @ParameterizedTest(name = "{0} calls a second")
  @ValueSource(ints = {11, 30})
  void call_moreThanTheRate_stillBeginsAtTheRate(int callsPerSecond) {
    AtomicInteger begun = new AtomicInteger();
    try (CallersInTurn callers = new CallersInTurn()) {
      Pipeline pipeline = limited(callers);
      int half = 0;
      for (int i = 0; i < SECONDS * callsPerSecond; i++) {
        callers.advanceTo(i * SECOND / callsPerSecond);
        callers.call(() -> {
          try {
            pipeline.run(begun::incrementAndGet);
          } catch (RejectedException | CallTimeoutException expected) {
            // not begun
          }
        });
        half = i == SECONDS * callsPerSecond / 2 ? begun.get() : half;
      }
      callers.advanceTo(SECONDS * SECOND);
      isFairGoodput(half, begun.get() - half);
      callers.advanceTo((SECONDS + 9) * SECOND); // the threads that still wait
    }
  }

  @ParameterizedTest(name = "{0} calls a second")
  @ValueSource(ints = {11, 30})
  void callAsync_moreThanTheRate_stillBeginsAtTheRate(int callsPerSecond) {
    AtomicInteger begun = new AtomicInteger();
    Pipeline pipeline = limited(time);
    int half = 0;
    for (int i = 0; i < SECONDS * callsPerSecond; i++) {
      time.advance(Duration.ofNanos(i * SECOND / callsPerSecond - time.nanoTime()));
      pipeline.callAsync(() -> CompletableFuture.completedFuture(begun.incrementAndGet()));
      half = i == SECONDS * callsPerSecond / 2 ? begun.get() : half;
    }

    isFairGoodput(half, begun.get() - half);
  }

  enum Mode {
    CALL,
    TRY_CALL,
    CALL_ASYNC
  }

  private interface Code {
    String get() throws Exception;
  }

  /** Returns what the call threw without any time passing, or null. */
  private Throwable atOnce(Mode mode, Pipeline pipeline, Code code) {
    long before = time.nanoTime();
    Throwable end =
        switch (mode) {
          case CALL -> catchThrowable(() -> pipeline.call(code::get));
          case TRY_CALL ->
              pipeline
                  .tryCall(code::get)
                  .<Throwable>fold(value -> null, error -> error, refusal -> refusal);
          case CALL_ASYNC -> {
            var future = pipeline.callAsync(() -> CompletableFuture.completedFuture(code.get()));
            yield future.isDone() ? catchThrowable(future::join) : new AssertionError("it waits");
          }
        };
    assertThat(time.nanoTime() - before).as("time that passed").isZero();
    return end instanceof CompletionException wrapped ? wrapped.getCause() : end;
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("p", policies).executor(Runnable::run).build();
  }

  private Retry retry(long backoffMillis) {
    return Retry.builder("retry")
        .backoff(Backoff.constant(Duration.ofMillis(backoffMillis)))
        .timeSource(time)
        .build();
  }

  private void refusesTheWait(Mode mode, Policy... policies) {
    TestGate outermost = new TestGate("outermost", 0);
    TestGate pacing = new TestGate("pacing", -SECOND);
    Policy[] all = new Policy[policies.length + 2];
    all[0] = outermost;
    System.arraycopy(policies, 0, all, 1, policies.length);
    all[all.length - 1] = pacing;

    Throwable end = atOnce(mode, pipeline(all), () -> "never");

    assertThat(end)
        .isInstanceOfSatisfying(
            RejectedException.class,
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(RefusalKind.WAIT_TOO_LONG);
              assertThat(refusal.policy()).isEqualTo("pacing");
              assertThat(refusal.retryAfterNanos()).isEqualTo(SECOND);
            });
    assertThat(pacing.exits())
        .extracting(TestGate.Exit::permit, TestGate.Exit::verdict)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(-SECOND, Verdict.ABANDONED));
    assertThat(outermost.verdicts()).containsExactly(Verdict.ABANDONED);
    assertThat(time.pending()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void reservation_outlastsTheTimeout_isHandedBackAtOnce(Mode mode) {
    refusesTheWait(mode, timeout(time, 1_000)); // to wake as the timeout fires is too late
    refusesTheWait(mode, retry(1), timeout(time, 999));
    refusesTheWait(mode, timeout(time, 999), retry(1));
    refusesTheWait(mode, timeout(time, 999), new TestGate("between", 0), retry(1));
  }

  @ParameterizedTest
  @EnumSource
  void reservation_outlastsTheOuterOfTwoTimeouts_isHandedBackAtOnce(Mode mode) {
    Pipeline nested =
        Pipeline.builder("p", timeout(time, 1_500), new TestGate("pacing 1", -SECOND + 1))
            .build(); // what is left for the inner pipeline is for its Deadline to say
    assertThat(nested.call(() -> "in time")).isEqualTo("in time");

    refusesTheWait(mode, timeout(time, 999), retry(1), timeout(time, 500));
    refusesTheWait(mode, timeout(time, 5_000), timeout(time, 999));
    Pipeline anyOrder =
        Pipeline.builder(
                "p", timeout(time, 999), timeout(time, 5_000), new TestGate("pacing", -SECOND))
            .anyOrder()
            .build();
    assertThat(atOnce(mode, anyOrder, () -> "never")).isInstanceOf(RejectedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void reservation_endsBeforeTheTimeout_isWaitedFor(Mode mode) {
    Pipeline pipeline = pipeline(timeout(time, 1_001), new TestGate("pacing", -SECOND));

    CompletableFuture<String> answer =
        switch (mode) {
          case CALL -> CompletableFuture.completedFuture(pipeline.call(() -> "value"));
          case TRY_CALL ->
              CompletableFuture.completedFuture(
                  ((Outcome.Success<String>) pipeline.tryCall(() -> "value")).value());
          case CALL_ASYNC -> pipeline.callAsync(() -> CompletableFuture.completedFuture("value"));
        };
    time.advance(Duration.ofNanos(mode == Mode.CALL_ASYNC ? SECOND : 0));

    assertThat(answer).isCompletedWithValue("value");
    assertThat(time.nanoTime()).isEqualTo(SECOND);
  }

  @Test
  void reservation_afterAnotherWait_countsWhatIsLeftOfTheTimeout() {
    TestGate second = new TestGate("second", -600_000_000);
    Pipeline pipeline = pipeline(timeout(time, 1_000), new TestGate("first", -600_000_000), second);

    assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
    assertThat(time.nanoTime()).isEqualTo(600_000_000);
    var future = pipeline.callAsync(() -> new CompletableFuture<String>());
    time.advance(Duration.ofMillis(600));
    assertThat(future).isCompletedExceptionally();
    assertThat(second.verdicts()).containsExactly(Verdict.ABANDONED, Verdict.ABANDONED);
  }

  @ParameterizedTest
  @EnumSource
  void backoff_outlastsTheTimeout_endsWithTheLastFailureAtOnce(Mode mode) {
    Retry retry = retry(1_000);
    IOException down = new IOException("down");

    Throwable end =
        atOnce(
            mode,
            pipeline(timeout(time, 1_000), retry, timeout(time, 500)),
            () -> {
              throw down;
            });

    assertThat(end).isSameAs(down);
    assertThat(retry.retries()).isZero();
    assertThat(retry.exhausted()).isEqualTo(1);
    assertThat(time.pending()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void backoff_outlastsOnlyTheTimeoutOfTheAttempt_isWaitedFor(Mode mode) {
    Retry retry = retry(1_000);
    AtomicInteger attempts = new AtomicInteger();
    Pipeline pipeline = pipeline(timeout(time, 1_500), retry, timeout(time, 500));
    Code code =
        () -> {
          attempts.incrementAndGet();
          throw new IOException("down");
        };

    if (mode == Mode.CALL_ASYNC) {
      var future = pipeline.callAsync(() -> CompletableFuture.completedFuture(code.get()));
      time.advance(Duration.ofSeconds(1));
      assertThat(future).isCompletedExceptionally();
    } else if (mode == Mode.CALL) {
      assertThat(catchThrowable(() -> pipeline.call(code::get))).hasMessage("down");
    } else {
      assertThat(pipeline.tryCall(code::get)).isInstanceOf(Outcome.Failure.class);
    }

    assertThat(attempts).hasValue(2); // the third would begin at 2 s
    assertThat(time.nanoTime()).isEqualTo(SECOND);
    assertThat(retry.exhausted()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void retryAfter_outlastsTheTimeout_endsWithTheLastFailureAtOnce(Mode mode) {
    Retry retry =
        Retry.builder("retry")
            .backoff(Backoff.constant(Duration.ofMillis(1)))
            .retryAfter((value, error) -> Duration.ofSeconds(1))
            .timeSource(time)
            .build();

    Throwable end =
        atOnce(
            mode,
            pipeline(timeout(time, 1_000), retry),
            () -> {
              throw new IOException("busy for a second");
            });

    assertThat(end).hasMessage("busy for a second");
  }

  @Test
  void queue_timeoutEndsFirst_isLeftThenAndAPermitBeforeThatIsTaken() throws Exception {
    ManualTimeSource manual = new ManualTimeSource();
    Bulkhead bulkhead =
        Bulkhead.builder("b", 1)
            .maxWait(Duration.ofSeconds(9))
            .maxWaiters(9)
            .timeSource(manual)
            .build();
    long held = bulkhead.enter(0);
    Pipeline pipeline = pipeline(timeout(manual, 1_000), bulkhead);
    var late = pipeline.callAsync(() -> CompletableFuture.completedFuture("late"));
    CompletableFuture<Throwable> blocked = new CompletableFuture<>();
    Thread caller =
        new Thread(() -> blocked.complete(catchThrowable(() -> pipeline.call(() -> "late"))));
    caller.start();
    manual.awaitWaiters(1);

    manual.advance(Duration.ofSeconds(1));

    assertThat(blocked.get()).isInstanceOf(CallTimeoutException.class);
    assertThat(catchThrowable(late::join)).hasCauseInstanceOf(CallTimeoutException.class);
    assertThat(bulkhead.waiting()).isZero();
    var inTime = pipeline.callAsync(() -> CompletableFuture.completedFuture("in time"));
    manual.advance(Duration.ofMillis(999));
    bulkhead.exit(held, 0, 0, Verdict.SUCCESS);
    assertThat(inTime).isCompletedWithValue("in time");
    assertThat(bulkhead.inFlight()).isZero();
    caller.join();
  }
}
