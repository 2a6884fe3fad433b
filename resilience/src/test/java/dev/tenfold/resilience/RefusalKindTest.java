// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A refusal says which policy refused and why, in all ways to call. */
@org.junit.jupiter.api.Timeout(60)
class RefusalKindTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();

  enum Mode {
    CALL,
    TRY_CALL,
    CALL_ASYNC
  }

  private RejectedException refusal(Mode mode, Policy... policies) {
    Pipeline pipeline = Pipeline.builder("p", policies).executor(Runnable::run).build();
    Throwable thrown =
        switch (mode) {
          case CALL -> catchThrowable(() -> pipeline.call(() -> "never"));
          case TRY_CALL -> {
            Outcome<String> outcome = pipeline.tryCall(() -> "never");
            assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
            var rejected = (Outcome.Rejected<String>) outcome;
            assertThat(rejected.reason()).isEqualTo(rejected.kind().reason());
            yield rejected.refusal();
          }
          case CALL_ASYNC -> {
            var future = pipeline.callAsync(() -> CompletableFuture.completedFuture("never"));
            time.advance(Duration.ofMinutes(1));
            yield catchThrowable(future::join).getCause();
          }
        };
    assertThat(thrown).isExactlyInstanceOf(RejectedException.class);
    return (RejectedException) thrown;
  }

  private void refuses(Mode mode, String policy, RefusalKind kind, Policy... policies) {
    RejectedException refusal = refusal(mode, policies);

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.policy()).isEqualTo(policy);
    assertThat(refusal).hasMessage(policy + ": " + kind.reason());
  }

  private CircuitBreaker.Builder breaker() {
    return CircuitBreaker.builder("breaker").consecutiveFailures(1).timeSource(time);
  }

  private static void open(CircuitBreaker breaker) {
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
  }

  @ParameterizedTest
  @EnumSource
  void breaker_inEveryStateThatRefuses_saysWhich(Mode mode) {
    CircuitBreaker open = breaker().build();
    open(open);
    refuses(mode, "breaker", RefusalKind.BREAKER_OPEN, open);

    CircuitBreaker halfOpen = breaker().openFor(SECOND).probes(1).build();
    open(halfOpen);
    time.advance(SECOND);
    long probe = halfOpen.enter(0);
    refuses(mode, "breaker", RefusalKind.BREAKER_HALF_OPEN, halfOpen);
    assertThat(probe).isPositive();

    CircuitBreaker ramping = breaker().openFor(SECOND).probes(1).rampUp(Duration.ofDays(1)).build();
    open(ramping);
    time.advance(SECOND);
    ramping.exit(ramping.enter(0), 0, 0, Verdict.SUCCESS);
    assertThat(ramping.enter(0)).isNotEqualTo(Gate.REFUSED); // the first of four
    refuses(mode, "breaker", RefusalKind.BREAKER_RAMPING, ramping);

    CircuitBreaker forced = breaker().mode(BreakerMode.FORCED_OPEN).build();
    refuses(mode, "breaker", RefusalKind.BREAKER_FORCED_OPEN, forced);
  }

  @ParameterizedTest
  @EnumSource
  void bulkhead_full_saysWhetherAndHowItWaited(Mode mode) {
    Bulkhead full = Bulkhead.builder("bulkhead", 1).timeSource(time).build();
    full.enter(0);
    refuses(mode, "bulkhead", RefusalKind.BULKHEAD_FULL, full);

    Bulkhead waiting = Bulkhead.builder("bulkhead", 1).maxWait(SECOND).timeSource(time).build();
    waiting.enter(0);
    refuses(mode, "bulkhead", RefusalKind.BULKHEAD_WAITED_TOO_LONG, waiting);

    Bulkhead queue =
        Bulkhead.builder("bulkhead", 1)
            .maxWait(Duration.ofDays(1))
            .maxWaiters(1)
            .timeSource(time)
            .build();
    queue.enter(0);
    var inTheQueue = Pipeline.of("q", queue).callAsync(() -> new CompletableFuture<String>());
    refuses(mode, "bulkhead", RefusalKind.BULKHEAD_QUEUE_FULL, queue);
    assertThat(inTheQueue).isNotDone();
  }

  @ParameterizedTest
  @EnumSource
  void bulkhead_deadlineEndsInTheQueueOrBefore_saysDeadline(Mode mode) {
    Bulkhead waiting = Bulkhead.builder("bulkhead", 1).maxWait(SECOND).timeSource(time).build();
    waiting.enter(0);
    try (var scope = Deadline.after(SECOND.dividedBy(2), time).open()) {
      refuses(mode, "bulkhead", RefusalKind.DEADLINE_ENDED, waiting);
      assertThat(Deadline.current().expired()).isTrue();
      refuses(mode, "bulkhead", RefusalKind.DEADLINE_ENDED, waiting);
    }
    assertThat(waiting.refused()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void bulkhead_deadlineEndsInTheQueueInsideATimeout_saysDeadline(Mode mode) {
    Bulkhead full =
        Bulkhead.builder("bulkhead", 1).maxWait(SECOND.multipliedBy(9)).timeSource(time).build();
    full.enter(0);
    TestGate outside = new TestGate("outside", 0);
    Timeout total = Timeout.builder("total", SECOND.multipliedBy(2)).timeSource(time).build();
    Retry retry = Retry.builder("retry").timeSource(time).build();
    for (Policy[] inside : new Policy[][] {{full}, {retry, full}}) {
      Policy[] policies =
          Stream.concat(Stream.of(outside, total), Stream.of(inside)).toArray(Policy[]::new);
      try (var scope = Deadline.after(SECOND, time).open()) {
        assertThat(refusal(mode, policies).kind()).isEqualTo(RefusalKind.DEADLINE_ENDED);
      }
    }

    assertThat(outside.verdicts()).containsExactly(Verdict.ABANDONED, Verdict.ABANDONED);
    assertThat(total.fired()).isZero();
    assertThat(total.deadlinesEnded() + full.refused()).as("counted refusals").isEqualTo(2);
    assertThat(full.waiting()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void timeout_deadlineEndsBeforeAnInnerTimeoutIsArmed_saysDeadline(Mode mode) {
    TestGate slow =
        new TestGate(
            "slow",
            () -> {
              time.advance(SECOND);
              return 0;
            },
            new ArrayList<>());
    Timeout total = Timeout.builder("total", SECOND.multipliedBy(4)).timeSource(time).build();
    Timeout each = Timeout.builder("each", SECOND.multipliedBy(2)).timeSource(time).build();

    try (var scope = Deadline.after(SECOND, time).open()) {
      assertThat(refusal(mode, total, slow, each).kind()).isEqualTo(RefusalKind.DEADLINE_ENDED);
    }
  }

  @Test
  void callAsync_deadlineEndsInTheQueueAfterAnAttemptThatNeverBegan_saysDeadline() {
    ManualTimeSource manual = new ManualTimeSource();
    List<Runnable> tasks = new ArrayList<>();
    Timeout total = Timeout.builder("total", Duration.ofMillis(1_500)).timeSource(manual).build();
    Timeout each = Timeout.builder("each", Duration.ofMillis(600)).timeSource(manual).build();
    Retry retry =
        Retry.builder("retry")
            .maxAttempts(2)
            .backoff(Backoff.constant(Duration.ofMillis(1)))
            .timeSource(manual)
            .build();
    Bulkhead bulkhead =
        Bulkhead.builder("bulkhead", 1).maxWait(SECOND.multipliedBy(9)).timeSource(manual).build();
    Pipeline pipeline =
        Pipeline.builder("p", total, retry, each, bulkhead).executor(tasks::add).build();
    AtomicInteger calls = new AtomicInteger();
    bulkhead.enter(0);
    CompletableFuture<String> future;
    try (var scope = Deadline.after(SECOND, manual).open()) {
      future =
          pipeline.callAsync(() -> {
            calls.getAndIncrement();
            return new CompletableFuture<>();
          });
    }
    bulkhead.exit(0, 0, 0, Verdict.SUCCESS); // attempt 1 is granted, and waits for a thread
    manual.advance(Duration.ofMillis(605)); // attempt 1 times out
    bulkhead.enter(0);
    runAll(tasks); // attempt 2 queues
    manual.advance(SECOND);
    runAll(tasks);

    assertThat(calls).hasValue(0);
    assertThat(future).isCompletedExceptionally();
    assertThat(catchThrowable(future::join).getCause())
        .isInstanceOfSatisfying(
            RejectedException.class,
            e -> assertThat(e.kind()).isEqualTo(RefusalKind.DEADLINE_ENDED));
  }

  private static void runAll(List<Runnable> tasks) {
    while (!tasks.isEmpty()) {
      tasks.remove(0).run();
    }
  }

  @ParameterizedTest
  @EnumSource
  void rateLimiter_exceeded_saysWhetherAWaitWasTooLong(Mode mode) {
    var builder = RateLimiter.builder("limiter", 1, Duration.ofDays(1)).timeSource(time);
    RateLimiter limiter = builder.build();
    limiter.tryAcquire(1);
    refuses(mode, "limiter", RefusalKind.RATE_LIMITED, limiter);

    RateLimiter patient = builder.maxWait(Duration.ofHours(1)).build();
    patient.tryAcquire(1);
    refuses(mode, "limiter", RefusalKind.WAIT_TOO_LONG, patient);
  }

  @ParameterizedTest
  @EnumSource
  void rateLimiter_waitOutlastsTheDeadline_isRefusedAndCounted(Mode mode) {
    RateLimiter limiter =
        RateLimiter.builder("limiter", 1, SECOND).maxWait(SECOND).timeSource(time).build();
    limiter.tryAcquire(1);
    try (var scope = Deadline.after(SECOND.dividedBy(2), time).open()) {
      refuses(mode, "limiter", RefusalKind.WAIT_TOO_LONG, limiter);
    }
    assertThat(limiter.refused()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void timeout_deadlineHasEnded_saysDeadlineAndIsNoFailure(Mode mode) {
    TestGate outer = new TestGate("outer", 0);
    Timeout timeout = Timeout.builder("timeout", SECOND).timeSource(time).build();
    Retry retry = Retry.builder("retry").timeSource(time).build();
    try (var scope = Deadline.after(Duration.ZERO, time).open()) {
      refuses(mode, "timeout", RefusalKind.DEADLINE_ENDED, outer, retry, timeout);
    }

    assertThat(outer.verdicts()).containsExactly(Verdict.ABANDONED);
    assertThat(retry.retries()).isZero();
    assertThat(timeout.fired()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void gateOfAnotherModule_refuses_isOfTheGenericKind(Mode mode) {
    refuses(
        mode, "maintenance", RefusalKind.GATE_REFUSED, new TestGate("maintenance", Gate.REFUSED));
    refuses(
        mode, "forever", RefusalKind.WAIT_TOO_LONG, new TestGate("forever", Long.MIN_VALUE + 9));
  }

  @Test
  void keyedPolicies_full_saysSo() {
    KeyedPolicies<String> hosts =
        KeyedPolicies.<String>builder("hosts", 1, host -> Pipeline.of("host"))
            .timeSource(time)
            .build();
    hosts.call("a", () -> "value");

    Outcome<String> refused = hosts.tryCall("b", () -> "never");

    assertThat(refused).isEqualTo(new Outcome.Rejected<>("hosts", RefusalKind.KEYS_FULL, -1, null));
    Throwable async =
        catchThrowable(() -> hosts.callAsync("b", () -> new CompletableFuture<String>()).join());
    assertThat(async).isInstanceOf(CompletionException.class);
    assertThat(((RejectedException) async.getCause()).kind()).isEqualTo(RefusalKind.KEYS_FULL);
  }

  @Test
  void kinds_all_haveWordsOfTheirOwn() {
    Set<RefusalKind> kinds = EnumSet.allOf(RefusalKind.class);

    assertThat(kinds).extracting(RefusalKind::reason).doesNotHaveDuplicates();
    assertThat(kinds).allSatisfy(kind -> assertThat(kind.reason()).isNotEmpty());
  }
}
