// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.Backoff;
import dev.tenfold.resilience.CallInterruptedException;
import dev.tenfold.resilience.CallTimeoutException;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Verdict;
import dev.tenfold.resilience.contract.RecordingGate.Told;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The half of {@link GateContract} in which pipelines drive the gate: each sentence of {@link Gate}
 * about what a pipeline tells the gate, for every way of calling.
 */
@org.junit.jupiter.api.Timeout(
    value = 30,
    threadMode = org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD)
abstract class GateInPipelineContract extends RecordedCalls {
  @ParameterizedTest
  @EnumSource
  void exit_value_isJudged(Way way) {
    judged(
        end(way, pipeline(outer, gate, inner), () -> took(null)),
        "value",
        null,
        outer,
        gate,
        inner);
  }

  @ParameterizedTest
  @EnumSource
  void exit_exception_isJudged(Way way) {
    IOException down = new IOException("down");

    judged(
        end(way, pipeline(outer, gate, inner), () -> took(down)), null, down, outer, gate, inner);
  }

  @ParameterizedTest
  @EnumSource
  void exit_error_isJudged(Way way) {
    StackOverflowError deep = new StackOverflowError("deep");
    Object end =
        end(
            way,
            pipeline(outer, gate, inner),
            () -> {
              took(null);
              throw deep;
            });

    judged(end, null, deep, outer, gate, inner);
  }

  @ParameterizedTest
  @EnumSource
  void exit_timeoutInside_isJudged(Way way) {
    Object end = endOfHanging(way, pipeline(outer, gate, minute(), inner));

    assertThat(end).as("a timeout ends the call").isInstanceOf(CallTimeoutException.class);
    judged(end, null, (Throwable) end, outer, gate);
    assertThat(inner.exits())
        .as("a gate inside a timeout that fired is told FAILURE")
        .extracting(Told::verdict)
        .containsExactly(Verdict.FAILURE);
  }

  @ParameterizedTest
  @EnumSource
  void exit_queueingFurtherIn_isNoPartOfTheDuration(Way way) {
    RecordingGate pacing = neighbour("pacing", () -> -500);
    Object end = end(way, pipeline(outer, gate, pacing, inner), () -> took(null));

    judged(end, "value", null, outer, gate, inner);
    assertThat(beganNanos).as("a reservation is waited for").isGreaterThanOrEqualTo(500);
    assertThat(pacing.admissions()).as("a gate that reserved is not asked again").hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void exit_interrupt_isAbandoned(Way way) {
    Object end =
        end(way, pipeline(outer, gate, inner), () -> took(new InterruptedException("stop")));

    assertThat(end)
        .as("an interrupt reaches the caller")
        .isInstanceOfAny(InterruptedException.class, CallInterruptedException.class);
    fixed(Verdict.ABANDONED, outer, gate, inner);
  }

  @ParameterizedTest
  @EnumSource
  void exit_cancellation_isAbandoned(Way way) {
    CancellationException stop = new CancellationException("stop");

    assertThat(end(way, pipeline(outer, gate, inner), () -> took(stop)))
        .as("a cancellation reaches the caller as it is")
        .isSameAs(stop);
    fixed(Verdict.ABANDONED, outer, gate, inner);
  }

  @Test
  void exit_cancelledByTheCaller_isAbandonedAndTheCompletionIsNotTold() {
    CompletableFuture<Object> stage = new Stubborn();
    CompletableFuture<Object> future = begun(pipeline(outer, gate, inner), stage);
    future.cancel(true);
    stage.complete("late");

    assertThat(future).as("the caller's cancellation ends the call").isCancelled();
    fixed(Verdict.ABANDONED, outer, gate, inner);
  }

  @ParameterizedTest
  @EnumSource
  void exit_timeoutOutside_isAFailure(Way way) {
    Object end = endOfHanging(way, pipeline(minute(), outer, gate, inner));

    assertThat(end).as("a timeout ends the call").isInstanceOf(CallTimeoutException.class);
    fixed(Verdict.FAILURE, outer, gate, inner);
  }

  @Test
  void exit_completionAfterTheTimeout_isNotTold() {
    CompletableFuture<Object> stage = new Stubborn();
    CompletableFuture<Object> future = begun(pipeline(minute(), outer, gate, inner), stage);
    assertThat(end(future)).as("a timeout ends the call").isInstanceOf(CallTimeoutException.class);
    stage.complete("late");
    future.cancel(true);

    fixed(Verdict.FAILURE, outer, gate, inner);
  }

  @Test
  void exit_stageCompletedElsewhere_comesOnThatThread() throws InterruptedException {
    CompletableFuture<Object> stage = new CompletableFuture<>();
    CompletableFuture<Object> future = begun(pipeline(outer, gate, inner), stage);
    Thread elsewhere = new Thread(() -> stage.complete("value"));
    elsewhere.start();
    elsewhere.join();

    judged(end(future), "value", null, outer, gate, inner);
    assertThat(log.subList(3, 6))
        .as("gates exit on the thread that completed the stage")
        .extracting(Told::thread)
        .containsOnly(elsewhere);
  }

  @ParameterizedTest
  @EnumSource
  void exit_refusalFurtherIn_isAbandoned(Way way) {
    RecordingGate refusing = neighbour("refusing", () -> Gate.REFUSED);
    Object end = end(way, pipeline(outer, gate, inner, refusing), () -> took(null));

    assertThat(end)
        .as("a refusal names the gate that refused, and its time to retry")
        .isInstanceOfSatisfying(
            RejectedException.class,
            refusal -> {
              assertThat(refusal.policy()).as("the gate that refused").isEqualTo("refusing");
              assertThat(refusal.retryAfter())
                  .as("the time that the gate named")
                  .contains(Neighbour.RETRY_AFTER);
            });
    assertThat(refusing.exits()).as("a refusal is followed by no exit").isEmpty();
    fixed(Verdict.ABANDONED, outer, gate, inner);
  }

  @ParameterizedTest
  @EnumSource
  void exit_throwFurtherIn_isAbandonedAndReachesTheCaller(Way way) {
    IllegalStateException broken = new IllegalStateException("broken");
    RecordingGate throwing =
        neighbour(
            "throwing",
            () -> {
              throw broken;
            });

    assertThat(end(way, pipeline(outer, gate, inner, throwing), () -> took(null)))
        .as("what enter throws reaches the caller as it is")
        .isSameAs(broken);
    assertThat(throwing.exits()).as("an enter that throws is followed by no exit").isEmpty();
    fixed(Verdict.ABANDONED, outer, gate, inner);
  }

  @ParameterizedTest
  @EnumSource
  void exit_hopelessWaitFurtherIn_isAbandonedWithoutWaiting(Way way) {
    RecordingGate reserving = neighbour("reserving", () -> -MINUTE.multipliedBy(2).toNanos());
    Object end;
    try (var scope = Deadline.after(MINUTE, clock).open()) {
      end = end(way, pipeline(outer, gate, reserving), () -> took(null));
    }

    assertThat(end)
        .as("a reservation beyond the deadline is a refusal")
        .isInstanceOf(RejectedException.class);
    assertThat(clock.nanoTime())
        .as("nobody waits for a reservation beyond the deadline")
        .isLessThan(MINUTE.toNanos());
    fixed(Verdict.ABANDONED, outer, gate, reserving);
  }

  @ParameterizedTest
  @EnumSource(names = {"CALL", "TRY_CALL"})
  void exit_interruptedWaitFurtherIn_isAbandonedWithTheFlagSet(Way way) {
    RecordingGate reserving = neighbour("reserving", () -> -500);
    Thread.currentThread().interrupt();

    assertThat(end(way, pipeline(outer, gate, reserving), () -> took(null)))
        .as("an interrupt ends the wait for a reservation")
        .isInstanceOf(CallInterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted())
        .as("the interrupt flag is set when the call has ended")
        .isTrue();
    fixed(Verdict.ABANDONED, outer, gate);
  }

  @Test
  void exit_cancelledWaitFurtherIn_isAbandoned() {
    RecordingGate reserving = neighbour("reserving", () -> -500);
    pipeline(outer, gate, reserving).callAsync(CompletableFuture::new).cancel(true);

    fixed(Verdict.ABANDONED, outer, gate);
  }

  @ParameterizedTest
  @EnumSource
  void exit_gateThatThrowsThereAndAsJudge_leavesTheOthersAndTheResultAlone(Way way) {
    gate.failing = true;
    Pipeline pipeline = pipeline(outer, gate, inner);

    assertThat(end(way, pipeline, () -> took(null)))
        .as("a gate whose judge and exit throw leaves the result alone")
        .isEqualTo("value");
    assertThat(pipeline.faults()).as("a judge and an exit that throw are counted").isEqualTo(2);
    exitsMirrorAdmissions();
    assertThat(log.get(log.size() - 1).verdict())
        .as("the verdict of the other gates is that of the call")
        .isEqualTo(Verdict.SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void enter_besideARetry_isOncePerCallOutsideAndOncePerAttemptInside(Way way) {
    Retry retry =
        Retry.builder("retry")
            .maxAttempts(2)
            .backoff(Backoff.constant(Duration.ofSeconds(1)))
            .timeSource(clock)
            .build();
    RecordingGate within = new RecordingGate(gateUnderTest(clock), clock, log);

    end(way, pipeline(gate, retry, within, inner), () -> took(new IOException("down")));

    assertThat(gate.admissions()).as("a gate outside a retry is entered once a call").hasSize(1);
    assertThat(gate.exits()).as("a gate outside a retry exits once a call").hasSize(1);
    assertThat(within.told)
        .as("a gate inside a retry is entered once an attempt")
        .filteredOn(one -> one.verdict() == null)
        .hasSize(2);
    assertThat(within.exits())
        .as("every admission is followed by one exit")
        .hasSameSizeAs(within.admissions());
  }

  /** Does not heed its cancellation. */
  private static final class Stubborn extends CompletableFuture<Object> {
    @Override
    public boolean cancel(boolean interrupt) {
      return false;
    }
  }
}
