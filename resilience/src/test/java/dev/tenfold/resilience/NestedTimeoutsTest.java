// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two timeouts that one deadline ends, and a deadline between two pipelines. */
@org.junit.jupiter.api.Timeout(60)
class NestedTimeoutsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HALF = Duration.ofMillis(500);

  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();

  enum Mode {
    CALL,
    TRY_CALL,
    CALL_ASYNC
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("payments", policies).executor(Runnable::run).build();
  }

  @Test
  void deadline_timerOfTheInnerTimeoutIsTooLate_keepsAForeignInterrupt() {
    AtomicBoolean scheduled = new AtomicBoolean();
    ManualTimeSource manual = new ManualTimeSource();
    TimeSource firstTimerOnly =
        new DelegatingTimeSource(manual) {
          @Override
          public Timer scheduleAt(long atNanos, Executor executor, Runnable task) {
            return scheduled.getAndSet(true)
                ? () -> true
                : super.scheduleAt(atNanos, executor, task);
          }
        };
    Pipeline pipeline =
        pipeline(
            Timeout.builder("total", SECOND.multipliedBy(9)).timeSource(firstTimerOnly).build(),
            Timeout.builder("inner", SECOND).timeSource(firstTimerOnly).build());
    try (Ambient.Scope scope = Deadline.after(HALF, manual).open()) {
      Throwable end =
          catchThrowable(() ->
              pipeline.run(() -> {
                Thread.currentThread().interrupt(); // by somebody else, before the timer
                manual.advance(HALF);
                Thread.interrupted();
                throw new InterruptedException("received by the code");
              }));
      assertThat(end).isInstanceOf(CallTimeoutException.class);
    }

    assertThat(Thread.interrupted()).as("the interrupt of somebody else").isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void deadlineOfTheCodeItself_endsANestedTimeout_countsAgainstTheOuterTimeout(Mode mode) {
    TestGate gate = new TestGate("gate", 0);
    Timeout outer = Timeout.builder("outer", Duration.ofMillis(100)).timeSource(time).build();
    Pipeline out = pipeline(outer, gate);
    Pipeline in = pipeline(Timeout.builder("inner", SECOND).timeSource(time).build());
    for (int left : new int[] {60, 40}) {
      Deadline deadline = Deadline.after(Duration.ofMillis(left), time);
      switch (mode) {
        case CALL ->
            catchThrowable(() ->
                out.run(() ->
                    deadline.call(() ->
                        in.call(() -> {
                          time.sleep(left * 1_000_000L);
                          return "late";
                        }))));
        case TRY_CALL ->
            out.tryCall(() ->
                deadline.call(() ->
                    in.call(() -> {
                      time.sleep(left * 1_000_000L);
                      return "late";
                    })));
        case CALL_ASYNC -> {
          var future =
              out.callAsync(() -> deadline.call(() -> in.callAsync(CompletableFuture::new)));
          time.advance(SECOND);
          assertThat(future).isCompletedExceptionally();
        }
        default -> throw new AssertionError(mode);
      }
    }

    assertThat(gate.verdicts()).containsExactly(Verdict.FAILURE, Verdict.ABANDONED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void callAsync_timersOfOneDeadline_judgeAlikeInAnyOrder(boolean innerFirst) {
    ManualTimeSource manual = new ManualTimeSource();
    List<Runnable> handedOver = new ArrayList<>();
    AtomicBoolean scheduled = new AtomicBoolean();
    TimeSource clock =
        new DelegatingTimeSource(manual) {
          @Override
          public Timer scheduleAt(long atNanos, Executor executor, Runnable task) {
            boolean outer = !scheduled.getAndSet(true);
            return super.scheduleAt(atNanos + (outer && innerFirst ? 1 : 0), executor, task);
          }

          @Override
          public Executor handOver() {
            return handedOver::add;
          }
        };
    Timeout total = Timeout.builder("total", SECOND.multipliedBy(2)).timeSource(clock).build();
    Timeout each = Timeout.builder("each", Duration.ofMillis(400)).timeSource(clock).build();
    Retry retry =
        Retry.builder("retry").classifier((value, error) -> null).timeSource(clock).build();
    TestGate gate = new TestGate("gate", 0);
    CompletableFuture<String> future;
    try (Ambient.Scope scope = Deadline.after(Duration.ofMillis(300), manual).open()) {
      future = pipeline(gate, total, retry, each).callAsync(CompletableFuture::new);
    }

    manual.advance(HALF);
    while (!handedOver.isEmpty()) {
      handedOver.remove(0).run();
    }

    assertThat(gate.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(catchThrowable(future::join)).hasCauseInstanceOf(CallTimeoutException.class);
  }
}
