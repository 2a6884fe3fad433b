// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of gates, fused or nested, with retries and timeouts between them. */
@org.junit.jupiter.api.Timeout(30)
class PipelineStepsTest {
  private final CountingTime time = new CountingTime(ManualTimeSource.autoAdvancing());
  private final List<String> log = new ArrayList<>();

  /** A manual clock that counts who reads it. */
  private static final class CountingTime extends DelegatingTimeSource {
    final ManualTimeSource manual;
    final AtomicInteger readings = new AtomicInteger();

    CountingTime(ManualTimeSource manual) {
      super(manual);
      this.manual = manual;
    }

    @Override
    public long nanoTime() {
      readings.incrementAndGet();
      return super.nanoTime();
    }

    @Override
    public Timer scheduleAt(long dueNanos, Executor executor, Runnable task) {
      return manual.scheduleAt(dueNanos, executor, task);
    }
  }

  private TestGate gate(String name, long answer) {
    return new TestGate(name, () -> answer, log);
  }

  private Retry retry() {
    return Retry.builder("retry").timeSource(time).build();
  }

  private Timeout timeout(String name, int seconds) {
    return Timeout.builder(name, Duration.ofSeconds(seconds)).timeSource(time).build();
  }

  private static Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("steps", policies).executor(Runnable::run).build();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9})
  void call_anyNumberOfGates_entersInOrderAndExitsInReverse(int count) {
    Policy[] gates =
        IntStream.range(0, count).mapToObj(i -> gate("g" + i, i)).toArray(Policy[]::new);

    assertThat(pipeline(gates).call(() -> "value")).isEqualTo("value");

    List<String> expected = new ArrayList<>();
    IntStream.range(0, count).forEach(i -> expected.add("enter g" + i));
    IntStream.range(0, count).forEach(i -> expected.add("exit g" + (count - 1 - i) + " SUCCESS"));
    assertThat(log).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void tryCall_oneOfNineGatesRefuses_outerOnesAreAbandonedAndItIsNamed(int refusing) {
    TestGate[] gates =
        IntStream.range(0, 9)
            .mapToObj(i -> gate("g" + i, i == refusing ? Gate.REFUSED : i))
            .toArray(TestGate[]::new);

    Outcome<String> outcome = pipeline(gates).tryCall(() -> "never");

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            refused -> assertThat(refused.policy()).isEqualTo("g" + refusing));
    for (int i = 0; i < 9; i++) {
      Verdict[] expected = i < refusing ? new Verdict[] {Verdict.ABANDONED} : new Verdict[0];
      assertThat(gates[i].verdicts()).containsExactly(expected);
    }
  }

  @Test
  void tryCall_valueThatIsItselfARejection_isASuccess() {
    TestGate gate = gate("gate", 0);
    Outcome<String> inner = new Outcome.Rejected<>("other", RefusalKind.BULKHEAD_FULL, -1, null);
    Pipeline pipeline = pipeline(gate, retry(), gate("inside", 0));

    assertThat(pipeline.tryCall(() -> inner)).isEqualTo(new Outcome.Success<>(inner));
    assertThat(pipeline.call(() -> inner)).isSameAs(inner);
    assertThat(gate.verdicts()).containsExactly(Verdict.SUCCESS, Verdict.SUCCESS);
  }

  @Test
  void call_everyPolicyWantsTheClock_readsItOncePerEdge() {
    Policy[] all = {
      clocked("a"),
      timeout("total", 9),
      retry(),
      clocked("b"),
      clocked("c"),
      clocked("d"),
      clocked("e"),
      clocked("f"),
      timeout("each", 1)
    };
    Pipeline pipeline = pipeline(all);
    time.readings.set(0);
    List<Integer> atCall = new ArrayList<>();

    pipeline.call(() -> atCall.add(time.readings.get()));

    assertThat(atCall).containsExactly(1);
    assertThat(time.readings).hasValue(2);
  }

  @Test
  void call_nobodyWantsTheClock_isNotRead() {
    Pipeline pipeline =
        pipeline(
            retry(),
            CircuitBreaker.builder("breaker").window(10).timeSource(time).build(),
            Bulkhead.builder("bulkhead", 1).timeSource(time).build());
    time.readings.set(0);

    pipeline.call(() -> "value");

    assertThat(time.readings).hasValue(0);
  }

  @Test
  void callAsync_everyPolicyWantsTheClock_readsItOncePerEdge() {
    Pipeline pipeline =
        pipeline(clocked("a"), timeout("total", 9), retry(), clocked("b"), timeout("each", 1));
    time.readings.set(0);
    List<Integer> atCall = new ArrayList<>();

    pipeline.callAsync(() -> {
      atCall.add(time.readings.get());
      return CompletableFuture.completedFuture("value");
    });

    assertThat(atCall).containsExactly(1);
    assertThat(time.readings).hasValue(2);
  }

  private TestGate clocked(String name) {
    return gate(name, 0).needing(Gate.TIME_AT_ENTER, Gate.DURATION);
  }

  @Test
  void call_gateFurtherInWaits_outerOneHearsWhenTheCallItselfBegan() {
    TestGate outer = gate("outer", 0).needing(Gate.DURATION);
    TestGate waiting = gate("waiting", -Duration.ofSeconds(3).toNanos());

    pipeline(outer, timeout("total", 9), retry(), waiting).call(() -> "value");

    TestGate.Exit exit = outer.exits().get(0);
    assertThat(exit.beganNanos()).isEqualTo(Duration.ofSeconds(3).toNanos());
    assertThat(exit.nowNanos()).isEqualTo(exit.beganNanos());
  }

  @Test
  void call_secondAttempt_endsAtItsOwnTime() {
    TestGate outer = gate("outer", 0).needing(Gate.DURATION);
    TestGate inner = gate("inner", 0).needing(Gate.TIME_AT_EXIT);
    Retry retry =
        Retry.builder("r")
            .backoff(Backoff.constant(Duration.ofSeconds(1)))
            .timeSource(time)
            .build();
    AtomicInteger attempts = new AtomicInteger();

    pipeline(outer, retry, inner)
        .call(() -> {
          if (attempts.incrementAndGet() == 1) {
            throw new IllegalStateException();
          }
          return "value";
        });

    assertThat(outer.exits().get(0).beganNanos()).isZero();
    assertThat(outer.exits().get(0).nowNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void call_enterThrowsInsideTheRetry_isNotRepeatedAndOuterGatesAreAbandoned() {
    TestGate outer = gate("outer", 0);
    AtomicInteger asked = new AtomicInteger();
    IllegalStateException broken = new IllegalStateException("broken gate");
    TestGate breaking =
        new TestGate(
            "breaking",
            () -> {
              asked.incrementAndGet();
              throw broken;
            },
            log);
    Pipeline pipeline = pipeline(outer, timeout("total", 9), retry(), gate("inner", 0), breaking);

    assertThatThrownBy(() -> pipeline.call(() -> "never")).isSameAs(broken);
    assertThat(pipeline.tryCall(() -> "never")).isEqualTo(new Outcome.Failure<>(broken));
    assertThat(pipeline.callAsync(() -> CompletableFuture.completedFuture("never")))
        .isCompletedExceptionally()
        .satisfies(future -> assertThatThrownBy(future::join).hasCause(broken));
    assertThat(asked).hasValue(3);
    assertThat(outer.verdicts()).containsOnly(Verdict.ABANDONED).hasSize(3);
  }

  @Test
  void call_enterThrowsAnError_reachesTheCaller() {
    Error broken = new StackOverflowError();
    TestGate breaking =
        new TestGate(
            "breaking",
            () -> {
              throw broken;
            },
            log);

    assertThatThrownBy(() -> pipeline(retry(), breaking).call(() -> "never")).isSameAs(broken);
    assertThatThrownBy(() -> pipeline(breaking).tryCall(() -> "never")).isSameAs(broken);
  }

  @Test
  void call_reservationOfAges_isHandedBackAndRefused() {
    TestGate gate = gate("ages", Gate.REFUSED + 5);

    assertThatThrownBy(() -> pipeline(gate).call(() -> "never"))
        .isInstanceOf(RejectedException.class);
    assertThat(gate.exits())
        .singleElement()
        .satisfies(exit -> assertThat(exit.permit()).isEqualTo(Gate.REFUSED + 5))
        .satisfies(exit -> assertThat(exit.verdict()).isEqualTo(Verdict.ABANDONED));
  }

  @Test
  void callAsync_cancelledWhileTheInnerAttemptEnters_exitsInReverseOrder() {
    AtomicReference<Runnable> cancel = new AtomicReference<>(() -> {});
    List<Runnable> tasks = new ArrayList<>();
    TestGate cancelling =
        new TestGate(
            "cancelling",
            () -> {
              cancel.get().run();
              return 0;
            },
            log);
    TestGate first = new TestGate("first", () -> -1, log);
    Pipeline pipeline =
        Pipeline.builder("p", gate("outer", 0), retry(), first, cancelling)
            .executor(tasks::add)
            .build();

    CompletableFuture<String> future = pipeline.callAsync(CompletableFuture::new);
    cancel.set(() -> future.cancel(true));
    time.manual.advance(Duration.ofNanos(1));
    tasks.remove(0).run();

    assertThat(log)
        .containsSubsequence(
            "exit cancelling ABANDONED", "exit first ABANDONED", "exit outer ABANDONED")
        .hasSize(6);
    assertThat(time.manual.pending()).isZero();
  }

  @Test
  void anyOrder_breakerOutsideTheRetry_countsTheRetriedCallAsOne() {
    CircuitBreaker breaker = CircuitBreaker.builder("b").window(10).timeSource(time).build();
    Pipeline pipeline = Pipeline.builder("p", breaker, retry()).anyOrder().build();

    assertThatThrownBy(() ->
            pipeline.call(() -> {
              throw new IllegalStateException();
            }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(breaker.counts().failures()).isEqualTo(1);
  }

  @Test
  void call_deadlineOver_timeoutRefusesAndOuterGatesAreAbandoned() {
    TestGate outer = gate("outer", 0);
    Pipeline pipeline = pipeline(outer, timeout("t", 1));
    try (var scope = Deadline.after(Duration.ZERO, time).open()) {
      assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
    }
    assertThat(outer.verdicts()).containsExactly(Verdict.ABANDONED);
  }

  @Test
  void call_noAttemptAfterTheWait_outerGateHearsWhenTheWaitEnded() {
    TestGate outer = gate("outer", 0).needing(Gate.DURATION);
    TestGate inner = gate("inner", 0).needing(Gate.TIME_AT_EXIT);
    Duration minute = Duration.ofMinutes(1);
    Retry retry =
        Retry.builder("r")
            .backoff(Backoff.constant(minute))
            .maxDuration(minute)
            .timeSource(time)
            .build();
    Pipeline pipeline = pipeline(outer, retry, inner);

    try (var scope = Deadline.after(minute.plusNanos(1), new Overtaken(time.manual)).open()) {
      assertThat(
              pipeline.tryCall(() -> {
                throw new IllegalStateException();
              }))
          .isInstanceOf(Outcome.Failure.class);
    }

    assertThat(inner.exits()).hasSize(1);
    assertThat(outer.exits().get(0).nowNanos()).isEqualTo(minute.toNanos());
  }

  /** A clock that runs ahead once the minute has passed. */
  private static final class Overtaken extends DelegatingTimeSource {
    Overtaken(TimeSource behind) {
      super(behind);
    }

    @Override
    public long nanoTime() {
      long now = super.nanoTime();
      return now < Duration.ofMinutes(1).toNanos() ? now : 2 * now;
    }
  }

  /** A clock whose sleepers wake late. */
  private static final class Oversleeping extends DelegatingTimeSource {
    Oversleeping(TimeSource behind) {
      super(behind);
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
      super.sleep(2 * nanos);
    }
  }

  @Test
  void call_outerTimeoutFiresBeforeTheWaitEnds_wasNeverBegun() {
    TestGate outer = gate("outer", -Duration.ofSeconds(2).toNanos()).needing(Gate.DURATION);
    Timeout total =
        Timeout.builder("total", Duration.ofSeconds(3))
            .timeSource(new Oversleeping(time.manual))
            .build();
    Pipeline pipeline = pipeline(total, outer);

    assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Failure.class);

    TestGate.Exit exit = outer.exits().get(0);
    assertThat(exit.verdict()).isEqualTo(Verdict.ABANDONED);
    assertThat(exit.beganNanos()).isEqualTo(exit.nowNanos());
  }
}
