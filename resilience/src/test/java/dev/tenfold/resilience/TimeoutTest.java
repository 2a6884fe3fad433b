// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;

@org.junit.jupiter.api.Timeout(60)
class TimeoutTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private final ManualTimeSource time = new ManualTimeSource();
  private final Timeout timeout = Timeout.builder("timeout", SECOND).timeSource(time).build();

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("timeouts", policies).executor(Runnable::run).build();
  }

  @AfterEach
  void noInterruptIsLeftBehind() {
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void call_blockedThread_isInterruptedAndTheFlagIsTakenBack() throws Exception {
    TestGate outer = new TestGate("outer", 0);
    TestGate inner = new TestGate("inner", 0);
    Thread tester = Thread.currentThread();
    CountDownLatch never = new CountDownLatch(1);
    Thread clock = new Thread(() -> time.advance(SECOND));

    assertThatThrownBy(() ->
            pipeline(outer, timeout, inner)
                .call(() -> {
                  clock.start();
                  never.await();
                  return "never";
                }))
        .isInstanceOfSatisfying(
            CallTimeoutException.class, e -> assertThat(e.timeout()).isEqualTo(SECOND))
        .hasCauseInstanceOf(InterruptedException.class);

    clock.join();
    assertThat(tester.isInterrupted()).isFalse();
    assertThat(outer.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(inner.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(timeout.fired()).isEqualTo(1);
  }

  @Test
  void call_valueAfterTheTimerFired_isATimeoutAllTheSame() {
    assertThatThrownBy(() ->
            pipeline(timeout)
                .call(() -> {
                  time.advance(SECOND);
                  return "late";
                }))
        .isInstanceOf(CallTimeoutException.class);
  }

  @Test
  void call_errorAfterTheTimerFired_isTheError() {
    assertThatThrownBy(() ->
            pipeline(timeout)
                .call(() -> {
                  time.advance(SECOND);
                  throw new StackOverflowError();
                }))
        .isInstanceOf(StackOverflowError.class);
  }

  @Test
  void call_done_forgetsTheTimer() {
    pipeline(timeout).call(() -> "in time");

    assertThat(time.pending()).isZero();
    time.advance(SECOND);
    assertThat(timeout.fired()).isZero();
  }

  @Test
  void call_fiveMillionOfThem_leaveNoMoreTimersThanCallsInFlight() {
    Pipeline pipeline = pipeline(timeout);
    Pipeline outer =
        pipeline(Timeout.builder("outer", SECOND.multipliedBy(9)).timeSource(time).build());
    List<CompletableFuture<String>> inFlight = new ArrayList<>();
    int mostBeyond = 0;
    for (int i = 0; i < 5_000_000; i++) {
      if (i % 500_000 == 0) {
        CompletableFuture<String> never = new CompletableFuture<>();
        inFlight.add(outer.callAsync(() -> never));
      }
      int beyond =
          i % 10 == 0
              ? outer.call(() -> pipeline.call(time::pending)) - 2 - inFlight.size()
              : pipeline.call(time::pending) - 1 - inFlight.size();
      mostBeyond = Math.max(mostBeyond, beyond);
      if (i % 1_000_000 == 0) {
        time.advance(SECOND.dividedBy(2));
      }
    }

    assertThat(mostBeyond).isZero();
    assertThat(time.pending()).isEqualTo(inFlight.size());
    inFlight.forEach(call -> call.cancel(true));
    assertThat(time.pending()).isZero();
    assertThat(timeout.fired()).isZero();
  }

  @Test
  void call_interruptBySomebodyElse_stays() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() ->
            pipeline(timeout)
                .call(() -> {
                  time.advance(SECOND);
                  return "late";
                }))
        .isInstanceOf(CallTimeoutException.class);

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void call_interruptBySomebodyElseThatTheCodeReceives_staysAfterTheTimeout() {
    CountDownLatch never = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() ->
            pipeline(timeout)
                .run(() -> {
                  time.advance(SECOND);
                  never.await();
                }))
        .isInstanceOf(CallTimeoutException.class);

    assertThat(Thread.interrupted()).isTrue();
  }

  /** A thread whose class closes what the thread reads, as in "Java Concurrency in Practice". */
  private static final class ClosingThread extends Thread {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    ClosingThread(Runnable code) {
      super(code);
    }

    @Override
    public void interrupt() {
      try {
        interrupted.countDown();
        closed.await();
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      } finally {
        super.interrupt();
      }
    }
  }

  @Test
  void call_threadWithAnInterruptOfItsOwn_isInterruptedByTheHandOver() throws Exception {
    Timeout slow = Timeout.of(Duration.ofMillis(1));
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    CountDownLatch never = new CountDownLatch(1);
    ClosingThread thread =
        new ClosingThread(
            () -> thrown.complete(catchThrowable(() -> Pipeline.of("p", slow).run(never::await))));
    thread.start();
    thread.interrupted.await();

    Pipeline other = Pipeline.of("other", Timeout.of(Duration.ofMillis(1)));
    assertThatThrownBy(() -> other.callAsync(CompletableFuture<String>::new).join())
        .hasCauseInstanceOf(CallTimeoutException.class);

    thread.closed.countDown();
    assertThat(thrown.join()).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  void call_handOverRefusesTheInterrupt_theTimerMakesIt() throws Exception {
    ManualTimeSource manual = new ManualTimeSource();
    TimeSource refusing =
        new DelegatingTimeSource(manual) {
          @Override
          public Executor handOver() {
            return task -> {
              throw new RejectedExecutionException("no thread");
            };
          }
        };
    Timeout second = Timeout.builder("timeout", SECOND).timeSource(refusing).build();
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    ClosingThread thread =
        new ClosingThread(() ->
            thrown.complete(
                catchThrowable(() ->
                    Pipeline.of("p", second)
                        .run(() -> {
                          begun.countDown();
                          never.await();
                        }))));
    thread.closed.countDown();
    thread.start();
    begun.await();
    manual.advance(SECOND);

    assertThat(thrown.join()).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  void call_deadlineEndsBeforeTheTimeout_readsTheClockThreeTimes() throws Exception {
    AtomicInteger readings = new AtomicInteger();
    TimeSource counting =
        new DelegatingTimeSource(time) {
          @Override
          public long nanoTime() {
            readings.getAndIncrement();
            return super.nanoTime();
          }

          @Override
          public Timer scheduleAt(long atNanos, Executor executor, Runnable task) {
            return time.scheduleAt(atNanos, executor, task);
          }
        };
    Pipeline pipeline = Pipeline.of("p", Timeout.builder("t", SECOND).timeSource(counting).build());
    try (var scope = Deadline.after(SECOND.dividedBy(2), counting).open()) {
      readings.set(0);
      pipeline.run(() -> {});
    }

    assertThat(readings).as("start, what the deadline leaves, when it ends").hasValue(3);
  }

  @Test
  void call_gateTakesTimeBeforeTheTimeout_deadlineStillLeavesTheRest() throws Exception {
    TestGate slow =
        new TestGate(
            "slow",
            () -> {
              time.advance(Duration.ofMillis(60));
              return 0;
            },
            new ArrayList<>());
    try (var scope = Deadline.after(Duration.ofMillis(100), time).open()) {
      pipeline(slow, timeout).run(() -> time.advance(Duration.ofMillis(20)));
      assertThat(Deadline.current().remainingNanos()).isEqualTo(20_000_000);
    }
    try (var scope = Deadline.after(Duration.ofMillis(100), time).open()) {
      CompletableFuture<String> stage = new CompletableFuture<>();
      CompletableFuture<String> future = pipeline(slow, timeout).callAsync(() -> stage);
      time.advance(Duration.ofMillis(20));
      stage.complete("answer");
      assertThat(future).isCompletedWithValue("answer");
    }
  }

  @Test
  void call_outerTimeoutFiresBeforeTheInner_noInterruptIsLeft() {
    CountDownLatch never = new CountDownLatch(1);
    Timeout outer = Timeout.builder("outer", SECOND).timeSource(time).build();
    Timeout inner = Timeout.builder("inner", SECOND).timeSource(time).build();
    Pipeline pipeline = Pipeline.builder("p", outer, inner).anyOrder().build();

    assertThatThrownBy(() ->
            pipeline.run(() -> {
              time.advance(SECOND);
              never.await();
            }))
        .isInstanceOf(CallTimeoutException.class);

    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void call_deadlineSooner_clips() {
    try (var scope = Deadline.after(Duration.ofMillis(100), time).open()) {
      assertThatThrownBy(() ->
              pipeline(timeout)
                  .call(() -> {
                    time.advance(Duration.ofMillis(100));
                    return "late";
                  }))
          .isInstanceOfSatisfying(
              CallTimeoutException.class,
              e -> assertThat(e.timeout()).isEqualTo(Duration.ofMillis(100)));
    }
  }

  @Test
  void call_deadlinePassed_isRefusedAndNoFailure() {
    TestGate gate = new TestGate("gate", 0);
    try (var scope = Deadline.after(Duration.ZERO, time).open()) {
      assertThatThrownBy(() -> pipeline(gate, timeout).call(() -> "never"))
          .isInstanceOf(RejectedException.class);
    }

    assertThat(gate.verdicts()).containsExactly(Verdict.ABANDONED);
  }

  @Test
  void call_timeoutWhileQueueing_isNoFailureOfTheBackend() throws Exception {
    CircuitBreaker breaker =
        CircuitBreaker.builder("backend").consecutiveFailures(1).timeSource(time).build();
    Bulkhead bulkhead =
        Bulkhead.builder("backend", 1).maxWait(SECOND.multipliedBy(9)).timeSource(time).build();
    Pipeline pipeline = pipeline(timeout, breaker, bulkhead);
    long held = bulkhead.enter(0);
    Thread clock = new Thread(() -> advanceOnceSomebodyParks(SECOND));
    clock.start();

    assertThatThrownBy(() -> pipeline.call(() -> "never")).isInstanceOf(CallTimeoutException.class);

    clock.join();
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(bulkhead.waiting()).isZero();
    bulkhead.exit(held, 0, 0, Verdict.SUCCESS);
    assertThat(bulkhead.available()).isEqualTo(1);
  }

  private void advanceOnceSomebodyParks(Duration by) {
    try {
      time.awaitWaiters(1);
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
    time.advance(by);
  }

  @Test
  void callAsync_stageThatNeverCompletes_timesOutAndIsCancelled() {
    TestGate outer = new TestGate("outer", 0);
    TestGate inner = new TestGate("inner", 0);
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = pipeline(outer, timeout, inner).callAsync(() -> stage);
    time.advance(SECOND.minusNanos(1));
    assertThat(future).isNotDone();

    time.advance(Duration.ofNanos(1));

    assertThatThrownBy(future::join).hasCauseInstanceOf(CallTimeoutException.class);
    assertThat(stage).isCancelled();
    assertThat(outer.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(inner.verdicts()).containsExactly(Verdict.FAILURE);
  }

  @Test
  void callAsync_totalTimeout_endsAttemptRetriesAndTimers() {
    Retry retry = Retry.builder("retry").timeSource(time).build();
    TestGate outer = new TestGate("outer", 0);
    TestGate inner = new TestGate("inner", 0);
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future =
        pipeline(outer, timeout, retry, inner).callAsync(() -> stage);

    time.advance(SECOND);

    assertThat(future).isCompletedExceptionally();
    assertThat(stage).isCancelled();
    assertThat(inner.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(outer.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(time.pending()).isZero();
    assertThat(retry.retries()).isZero();
  }

  @Test
  void callAsync_supplierStillRunningAtTheTimeout_itsStageIsCancelledLater() {
    AtomicBoolean completedInside = new AtomicBoolean();
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<?>[] future = new CompletableFuture<?>[1];
    future[0] =
        pipeline(timeout)
            .callAsync(() -> {
              time.advance(SECOND);
              completedInside.set(timeout.fired() == 1);
              return stage;
            });

    assertThat(completedInside).isTrue();
    assertThat(future[0]).isCompletedExceptionally();
    assertThat(stage).isCancelled();
  }

  @Test
  @org.junit.jupiter.api.Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
  void call_interruptHitsAChannelThatFailsToClose_isATimeoutAllTheSame() {
    var channel =
        new AbstractInterruptibleChannel() {
          @Override
          protected void implCloseChannel() {
            throw new IllegalStateException("will not close");
          }

          void whileBlocked(Thread clock) {
            begin(); // from here an interrupt closes the channel, on the thread that interrupts
            clock.start();
            while (clock.isAlive()) {
              Thread.onSpinWait();
            }
          }
        };
    Thread clock = new Thread(() -> time.advance(SECOND));
    clock.setUncaughtExceptionHandler((thread, failure) -> {});

    assertThatThrownBy(() ->
            pipeline(timeout)
                .call(() -> {
                  channel.whileBlocked(clock);
                  return "late";
                }))
        .isInstanceOf(CallTimeoutException.class);
  }
}
