// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What gates hear, the same for blocking and asynchronous calls. */
@org.junit.jupiter.api.Timeout(30)
class PipelineGatesTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final List<String> log = new ArrayList<>();

  enum Mode {
    BLOCKING,
    ASYNC;

    <T> T call(Pipeline pipeline, CheckedSupplier<T, Exception> code) throws Throwable {
      if (this == BLOCKING) {
        return pipeline.call(code);
      }
      CompletableFuture<T> future =
          pipeline.callAsync(() -> CompletableFuture.completedFuture(code.get()));
      Throwable error = future.handle((value, thrown) -> thrown).join();
      if (error != null) {
        throw error;
      }
      return future.join();
    }
  }

  private TestGate gate(String name, long answer) {
    return new TestGate(name, () -> answer, log);
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("gates", policies).executor(Runnable::run).build();
  }

  @ParameterizedTest
  @EnumSource
  void call_success_exitsInReverseOrderWithItsPermit(Mode mode) throws Throwable {
    TestGate outer = gate("outer", 7);
    TestGate inner = gate("inner", 0);

    String value =
        mode.call(
            pipeline(outer, inner),
            () -> {
              log.add("call");
              return "value";
            });

    assertThat(value).isEqualTo("value");
    assertThat(log)
        .containsExactly(
            "enter outer", "enter inner", "call", "exit inner SUCCESS", "exit outer SUCCESS");
    assertThat(outer.exits()).singleElement().extracting(TestGate.Exit::permit).isEqualTo(7L);
  }

  @ParameterizedTest
  @EnumSource
  void call_innerGateRefuses_outerIsAbandonedAndInnerHearsNothing(Mode mode) {
    TestGate outer = gate("outer", 0);
    TestGate inner = gate("inner", Gate.REFUSED);

    assertThatThrownBy(() -> mode.call(pipeline(outer, inner), () -> "never"))
        .isInstanceOf(RejectedException.class)
        .hasMessageStartingWith("inner");

    assertThat(outer.verdicts()).containsExactly(Verdict.ABANDONED);
    assertThat(inner.exits()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void call_innerGateThrows_outerIsAbandonedAndTheThrowReachesTheCaller(Mode mode) {
    TestGate outer = gate("outer", 0);
    IllegalStateException broken = new IllegalStateException("enter");
    TestGate inner =
        new TestGate(
            "inner",
            () -> {
              throw broken;
            },
            log);

    assertThatThrownBy(() -> mode.call(pipeline(outer, inner), () -> "never")).isSameAs(broken);

    assertThat(outer.verdicts()).containsExactly(Verdict.ABANDONED);
  }

  @ParameterizedTest
  @EnumSource
  void call_exitAndJudgeThrow_otherExitsRunAndTheResultStands(Mode mode) throws Throwable {
    TestGate outer = gate("outer", 0).failingJudge(new IllegalStateException("judge"));
    TestGate inner = gate("inner", 0).failingExit(new IllegalStateException("exit"));
    Pipeline pipeline = pipeline(outer, inner);

    assertThat(mode.call(pipeline, () -> "value")).isEqualTo("value");

    assertThat(outer.verdicts()).containsExactly(Verdict.SUCCESS);
    assertThat(pipeline.faults()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void call_everyKindOfThrow_hasItsVerdict(Mode mode) {
    TestGate gate = gate("gate", 0);
    Pipeline pipeline = pipeline(gate);
    List<Throwable> thrown =
        List.of(
            new IOException(),
            new IllegalStateException(),
            new StackOverflowError(),
            new CallTimeoutException("inner", Duration.ofSeconds(1), null),
            new RejectedException("further in", "full", null),
            new CancellationException());
    for (Throwable throwable : thrown) {
      assertThatThrownBy(() ->
              mode.call(
                  pipeline,
                  () -> {
                    if (throwable instanceof Error error) {
                      throw error;
                    }
                    throw (Exception) throwable;
                  }))
          .isSameAs(throwable);
    }

    assertThat(gate.verdicts())
        .containsExactly(
            Verdict.FAILURE,
            Verdict.FAILURE,
            Verdict.FAILURE,
            Verdict.FAILURE,
            Verdict.ABANDONED,
            Verdict.ABANDONED);
  }

  @ParameterizedTest
  @EnumSource
  void call_gatesAroundARetry_areEnteredPerCallAndPerAttempt(Mode mode) {
    ManualTimeSource clock = mode == Mode.BLOCKING ? time : new ManualTimeSource();
    Retry retry = Retry.builder("retry").maxAttempts(3).timeSource(clock).build();
    TestGate outer = gate("outer", 0);
    TestGate inner = gate("inner", 0);
    Pipeline pipeline = pipeline(outer, retry, inner);
    if (mode == Mode.BLOCKING) {
      assertThatThrownBy(() ->
              pipeline.call(() -> {
                throw new IOException();
              }))
          .isInstanceOf(IOException.class);
    } else {
      CompletableFuture<Object> future =
          pipeline.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
      clock.advance(Duration.ofMinutes(1));
      assertThat(future).isCompletedExceptionally();
    }

    assertThat(outer.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(inner.verdicts()).containsExactly(Verdict.FAILURE, Verdict.FAILURE, Verdict.FAILURE);
    assertThat(log).first().isEqualTo("enter outer");
    assertThat(log).last().isEqualTo("exit outer FAILURE");
  }

  @Test
  void call_reservation_waitsThenReadsTheClockAgain() {
    TestGate outer = gate("outer", 0).needing(Gate.DURATION);
    TestGate pacing = gate("pacing", -500);
    Policy clock = Bulkhead.builder("clock", 1).timeSource(time).build();

    pipeline(outer, pacing, clock)
        .run(() -> {
          try {
            time.sleep(30);
          } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
          }
        });

    assertThat(pacing.exits()).singleElement().extracting(TestGate.Exit::permit).isEqualTo(-500L);
    assertThat(outer.exits()).containsExactly(new TestGate.Exit(0, 500, 530, Verdict.SUCCESS));
  }

  @Test
  void call_reservationBeyondTheDeadline_isHandedBackWithoutWaiting() {
    TestGate pacing = gate("pacing", -500);
    Policy clock = Bulkhead.builder("clock", 1).timeSource(time).build();
    try (var scope = Deadline.after(Duration.ofNanos(499), time).open()) {
      assertThatThrownBy(() -> pipeline(pacing, clock).call(() -> "never"))
          .isInstanceOf(RejectedException.class);
    }

    assertThat(pacing.verdicts()).containsExactly(Verdict.ABANDONED);
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void callAsync_cancelledDuringAReservation_handsItBackAndForgetsTheTimer() {
    ManualTimeSource clock = new ManualTimeSource();
    TestGate pacing = gate("pacing", -500);
    Bulkhead bulkhead = Bulkhead.builder("clock", 1).timeSource(clock).build();
    CompletableFuture<String> future =
        pipeline(pacing, bulkhead).callAsync(() -> CompletableFuture.completedFuture("never"));
    assertThat(clock.pending()).isEqualTo(1);

    future.cancel(true);

    assertThat(pacing.verdicts()).containsExactly(Verdict.ABANDONED);
    assertThat(clock.pending()).isZero();
    assertThat(bulkhead.inFlight()).isZero();
  }

  @Test
  void callAsync_reservationOver_goesOn() {
    ManualTimeSource clock = new ManualTimeSource();
    TestGate pacing = gate("pacing", -500);
    Bulkhead bulkhead = Bulkhead.builder("clock", 1).timeSource(clock).build();
    CompletableFuture<String> future =
        pipeline(pacing, bulkhead).callAsync(() -> CompletableFuture.completedFuture("value"));
    assertThat(future).isNotDone();

    clock.advance(Duration.ofNanos(500));

    assertThat(future).isCompletedWithValue("value");
    assertThat(pacing.verdicts()).containsExactly(Verdict.SUCCESS);
  }

  @Test
  void call_interruptedWhileReserved_handsItBackWithTheFlagSet() {
    TestGate pacing = gate("pacing", -500);
    Policy clock = Bulkhead.builder("clock", 1).timeSource(time).build();
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> pipeline(pacing, clock).call(() -> "never"))
        .isInstanceOf(CallInterruptedException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(pacing.verdicts()).containsExactly(Verdict.ABANDONED);
  }

  @Test
  void callAsync_completedFromOutside_cancelsTheInnerStage() {
    TestGate gate = gate("gate", 0);
    CompletableFuture<String> inner = new CompletableFuture<>();
    CompletableFuture<String> future = pipeline(gate).callAsync(() -> inner);

    future.complete("enough");

    assertThat(inner).isCancelled();
    assertThat(gate.verdicts()).containsExactly(Verdict.ABANDONED);
  }

  @Test
  void callAsync_nullStage_completesExceptionally() {
    TestGate gate = gate("gate", 0);

    CompletableFuture<String> future = pipeline(gate).callAsync(() -> null);

    assertThatThrownBy(future::join).hasCauseInstanceOf(NullPointerException.class);
    assertThat(gate.verdicts()).containsExactly(Verdict.FAILURE);
  }

  @ParameterizedTest
  @EnumSource
  void fallback_anyException_answersButNotErrorsAndCancellation(Mode mode) throws Exception {
    Pipeline pipeline = pipeline(gate("gate", Gate.REFUSED));
    Fallback<String> fallback = Fallback.value("n/a");
    if (mode == Mode.BLOCKING) {
      assertThat(pipeline.call(() -> "never", fallback)).isEqualTo("n/a");
      assertThatThrownBy(() ->
              pipeline()
                  .call(
                      () -> {
                        throw new InterruptedException();
                      },
                      fallback))
          .isInstanceOf(InterruptedException.class);
      assertThatThrownBy(() ->
              pipeline()
                  .call(
                      () -> {
                        throw new StackOverflowError();
                      },
                      fallback))
          .isInstanceOf(StackOverflowError.class);
    } else {
      assertThat(pipeline.callAsync(() -> new CompletableFuture<String>(), fallback))
          .isCompletedWithValue("n/a");
      assertThat(
              pipeline()
                  .callAsync(
                      () -> CompletableFuture.<String>failedFuture(new StackOverflowError()),
                      fallback))
          .isCompletedExceptionally();
    }
  }

  @Test
  void fallback_conditionThatThrows_letsTheErrorThroughAndIsCounted() {
    Pipeline pipeline = pipeline();
    IOException down = new IOException("down");

    assertThatThrownBy(() ->
            pipeline.call(
                () -> {
                  throw down;
                },
                Fallback.value("n/a")
                    .when(error -> {
                      throw new IllegalStateException("condition");
                    })))
        .isSameAs(down);
    assertThat(pipeline.faults()).isEqualTo(1);
  }
}
