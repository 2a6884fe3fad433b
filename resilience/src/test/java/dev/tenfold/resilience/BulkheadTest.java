// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(60)
class BulkheadTest {
  private static final Duration WAIT = Duration.ofMillis(50);
  private final ManualTimeSource time = new ManualTimeSource();
  private final Bulkhead bulkhead =
      Bulkhead.builder("pool", 1).maxWait(WAIT).maxWaiters(3).timeSource(time).build();
  private final Pipeline pipeline =
      Pipeline.builder("pool", bulkhead).executor(Runnable::run).build();

  @Test
  void callAsync_full_waitsInOrder() {
    List<String> order = new ArrayList<>();
    List<CompletableFuture<String>> running = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      pipeline.callAsync(() -> {
        order.add("call " + number);
        CompletableFuture<String> stage = new CompletableFuture<>();
        running.add(stage);
        return stage;
      });
    }
    assertThat(bulkhead.waiting()).isEqualTo(3);
    for (int i = 0; i < 4; i++) {
      running.get(i).complete("done");
    }

    assertThat(order).containsExactly("call 0", "call 1", "call 2", "call 3");
    assertThat(bulkhead.inFlight()).isZero();
    assertThat(time.pending()).isZero();
  }

  @Test
  void callAsync_queueFull_isRefusedAtOnce() {
    for (int i = 0; i < 4; i++) {
      pipeline.callAsync(CompletableFuture<String>::new);
    }

    CompletableFuture<String> fifth = pipeline.callAsync(CompletableFuture<String>::new);

    assertThatThrownBy(fifth::join).hasCauseInstanceOf(RejectedException.class);
    assertThat(bulkhead.refused()).isEqualTo(1);
    assertThat(bulkhead.inFlight()).isEqualTo(1);
  }

  @Test
  void callAsync_waitOver_isRefusedAndLeavesTheQueue() {
    CompletableFuture<String> holder = new CompletableFuture<>();
    pipeline.callAsync(() -> holder);
    CompletableFuture<String> waiter = pipeline.callAsync(CompletableFuture<String>::new);

    time.advance(WAIT);

    assertThatThrownBy(waiter::join).hasCauseInstanceOf(RejectedException.class);
    assertThat(bulkhead.waiting()).isZero();
    holder.complete("done");
    assertThat(bulkhead.available()).isEqualTo(1);
  }

  @Test
  void callAsync_waiterCancelled_thePermitGoesToTheNext() {
    CompletableFuture<String> holder = new CompletableFuture<>();
    pipeline.callAsync(() -> holder);
    CompletableFuture<String> gone = pipeline.callAsync(CompletableFuture<String>::new);
    CompletableFuture<String> next =
        pipeline.callAsync(() -> CompletableFuture.completedFuture("next"));

    gone.cancel(true);
    holder.complete("done");

    assertThat(next).isCompletedWithValue("next");
    assertThat(bulkhead.available()).isEqualTo(1);
    assertThat(time.pending()).isZero();
  }

  /** The timer of a wait is cancelled once the permit is granted, before the call goes on. */
  @Test
  void callAsync_cancelledBetweenGrantAndResumption_handsThePermitOn() {
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    TimeSource disturbed =
        new DelegatingTimeSource(time) {
          @Override
          public Timer schedule(long delayNanos, Executor executor, Runnable task) {
            Timer timer = super.schedule(delayNanos, executor, task);
            return () -> {
              meanwhile.getAndSet(() -> {}).run();
              return timer.cancel();
            };
          }
        };
    Bulkhead pool = Bulkhead.builder("pool", 1).maxWait(WAIT).timeSource(disturbed).build();
    Pipeline calls = Pipeline.of("calls", pool);
    CompletableFuture<String> holder = new CompletableFuture<>();
    calls.callAsync(() -> holder);
    AtomicBoolean ran = new AtomicBoolean();
    CompletableFuture<String> waiter =
        calls.callAsync(() -> {
          ran.set(true);
          return new CompletableFuture<>();
        });
    meanwhile.set(() -> waiter.cancel(true));

    holder.complete("done");

    assertThat(waiter).isCancelled();
    assertThat(ran).isFalse();
    assertThat(pool.inFlight()).isZero();
    assertThat(pool.waiting()).isZero();
  }

  @Test
  void callAsync_executorDropsTheResumption_anInnerTimeoutFreesThePermit() {
    Timeout timeout = Timeout.builder("t", WAIT).timeSource(time).build();
    Pipeline dropping = Pipeline.builder("drop", bulkhead, timeout).executor(task -> {}).build();
    CompletableFuture<String> holder = new CompletableFuture<>();
    dropping.callAsync(() -> holder);
    dropping.callAsync(CompletableFuture<String>::new);
    holder.complete("done");
    assertThat(bulkhead.inFlight()).as("granted, and the executor has dropped the call").isOne();

    time.advance(WAIT);

    assertThat(bulkhead.inFlight()).isZero();
    assertThat(timeout.fired()).isEqualTo(1);
  }

  @Test
  void callAsync_executorRefusesTheResumption_theHandOverRunsIt() {
    Pipeline broken =
        Pipeline.builder("broken", bulkhead)
            .executor(task -> {
              throw new java.util.concurrent.RejectedExecutionException();
            })
            .build();
    CompletableFuture<String> holder = new CompletableFuture<>();
    broken.callAsync(() -> holder);
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> first = broken.callAsync(() -> stage);
    CompletableFuture<String> second =
        broken.callAsync(() -> CompletableFuture.completedFuture("second"));

    holder.complete("done");
    assertThat(bulkhead.inFlight()).isEqualTo(1);
    stage.complete("first");

    assertThat(first).isCompletedWithValue("first");
    assertThat(second).isCompletedWithValue("second");
    assertThat(bulkhead.inFlight()).isZero();
  }

  @Test
  void call_waitingThread_isGrantedInTime() throws Exception {
    long held = bulkhead.enter(0);
    AtomicReference<String> result = new AtomicReference<>();
    Thread caller = new Thread(() -> result.set(pipeline.call(() -> "granted")));
    caller.start();
    time.awaitWaiters(1);

    bulkhead.exit(held, 0, 0, Verdict.SUCCESS);
    caller.join();

    assertThat(result).hasValue("granted");
    assertThat(bulkhead.available()).isEqualTo(1);
  }

  @Test
  void call_interruptedWaiter_keepsNoPermitAndTheFlag() throws Exception {
    long held = bulkhead.enter(0);
    AtomicReference<String> seen = new AtomicReference<>();
    Thread caller =
        new Thread(() -> {
          try {
            pipeline.call(() -> "never");
          } catch (CallInterruptedException interrupt) {
            seen.set("interrupted " + Thread.currentThread().isInterrupted());
          }
        });
    caller.start();
    time.awaitWaiters(1);

    caller.interrupt();
    caller.join();

    assertThat(seen).hasValue("interrupted true");
    assertThat(bulkhead.waiting()).isZero();
    bulkhead.exit(held, 0, 0, Verdict.SUCCESS);
    assertThat(bulkhead.available()).isEqualTo(1);
  }

  @Test
  void call_deadlineSoonerThanMaxWait_clipsTheWait() {
    ManualTimeSource moving = ManualTimeSource.autoAdvancing();
    Bulkhead full = Bulkhead.builder("pool", 1).maxWait(WAIT).timeSource(moving).build();
    full.enter(0);
    try (var scope = Deadline.after(Duration.ofMillis(10), moving).open()) {
      assertThatThrownBy(() -> Pipeline.of("p", full).call(() -> "never"))
          .isInstanceOf(RejectedException.class);
    }

    assertThat(moving.nanoTime()).isEqualTo(Duration.ofMillis(10).toNanos());
  }

  @Test
  void enter_somebodyWaiting_doesNotOvertake() {
    CompletableFuture<String> holder = new CompletableFuture<>();
    List<Runnable> tasks = new ArrayList<>();
    Pipeline slow = Pipeline.builder("slow", bulkhead).executor(tasks::add).build();
    slow.callAsync(() -> holder);
    slow.callAsync(CompletableFuture<String>::new);

    assertThat(bulkhead.enter(0)).isEqualTo(Gate.REFUSED);
  }

  @Test
  void call_manyThreadsAndInterrupts_neverExceedTheLimitAndLoseNothing() throws Exception {
    Bulkhead shared =
        Bulkhead.builder("pool", 2).maxWait(Duration.ofSeconds(30)).maxWaiters(8).build();
    Pipeline calls = Pipeline.of("calls", shared);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      int number = t;
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < 2_000; i++) {
              if (number < 2 && i % 7 == 0) {
                Thread.currentThread().interrupt();
              }
              calls.tryCall(() -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                return inside.decrementAndGet();
              });
              Thread.interrupted();
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(most.get()).isBetween(1, 2);
    assertThat(shared.inFlight()).isZero();
    assertThat(shared.waiting()).isZero();
  }

  @Test
  void build_waitersWithoutWait_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bulkhead.builder("pool", 1).maxWaiters(2).build())
        .withMessageContaining("maxWaiters(2)")
        .withMessageContaining("maxWait");
  }

  @Test
  void callAsync_executorRefusesManyWaiters_allComplete() {
    int many = 20_000;
    Bulkhead wide =
        Bulkhead.builder("wide", 1).maxWait(WAIT).maxWaiters(many).timeSource(time).build();
    Pipeline closing =
        Pipeline.builder("closing", wide)
            .executor(task -> {
              throw new RejectedExecutionException("closed");
            })
            .build();
    CompletableFuture<String> holder = new CompletableFuture<>();
    closing.callAsync(() -> holder);
    List<CompletableFuture<String>> waiters = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      waiters.add(closing.callAsync(() -> CompletableFuture.completedFuture("next")));
    }

    holder.complete("done");

    assertThat(waiters).allSatisfy(waiter -> assertThat(waiter).isCompletedWithValue("next"));
    assertThat(wide.inFlight()).isZero();
    assertThat(wide.waiting()).isZero();
    assertThat(time.pending()).isZero();
  }

  @Test
  void callAsync_executorRunsManyWaitersOnTheSpot_allComplete() {
    int many = 20_000;
    Bulkhead wide =
        Bulkhead.builder("wide", 1).maxWait(WAIT).maxWaiters(many).timeSource(time).build();
    Pipeline onTheSpot = Pipeline.builder("spot", wide).executor(Runnable::run).build();
    CompletableFuture<String> holder = new CompletableFuture<>();
    onTheSpot.callAsync(() -> holder);
    List<CompletableFuture<String>> waiters = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      waiters.add(onTheSpot.callAsync(() -> CompletableFuture.completedFuture("next")));
    }

    holder.complete("done");

    assertThat(waiters).allSatisfy(waiter -> assertThat(waiter).isCompletedWithValue("next"));
    assertThat(wide.inFlight()).isZero();
  }
}
