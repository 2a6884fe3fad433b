// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Permits of a bulkhead that outlive a call: {@code acquire} and {@code release}. */
@org.junit.jupiter.api.Timeout(60)
class BulkheadAcquireTest {
  private static final Duration WAIT = Duration.ofMillis(50);
  private final ManualTimeSource time = new ManualTimeSource();
  private final ManualTimeSource moving = ManualTimeSource.autoAdvancing();

  private static Bulkhead bulkhead(TimeSource time) {
    return Bulkhead.builder("pool", 1).maxWait(WAIT).maxWaiters(2).timeSource(time).build();
  }

  private static CompletableFuture<String> queueUp(Bulkhead bulkhead) {
    return Pipeline.builder("p", bulkhead)
        .executor(Runnable::run)
        .build()
        .callAsync(CompletableFuture::new);
  }

  private static RejectedException refusal(Runnable asking) {
    return catchThrowableOfType(RejectedException.class, asking::run);
  }

  /** Asserts that a pipeline and {@code acquire} refuse alike, and that both refusals count. */
  private static void refusesLikeAPipeline(Bulkhead full, RefusalKind kind) {
    long before = full.refused();
    RejectedException byPipeline =
        refusal(() -> Pipeline.of("p", full).<String, RuntimeException>call(() -> "never"));
    assertThat(refusal(full::acquire))
        .hasMessage(byPipeline.getMessage())
        .satisfies(refused -> {
          assertThat(refused.kind()).isEqualTo(kind).isEqualTo(byPipeline.kind());
          assertThat(refused.policy()).isEqualTo("pool");
          assertThat(refused.retryAfter()).isEqualTo(byPipeline.retryAfter());
        });
    assertThat(full.refused()).isEqualTo(before + 2);
    assertThat(full.inFlight()).isEqualTo(full.limit());
  }

  @Test
  void acquire_permitFree_holdsUntilTheRelease() {
    Bulkhead pool = Bulkhead.builder("pool", 2).timeSource(time).build();
    pool.acquire();
    pool.acquire();
    assertThat(pool.inFlight()).isEqualTo(2);
    assertThat(pool.enter(0)).as("a call of a pipeline shares the permits").isEqualTo(Gate.REFUSED);

    pool.release();
    pool.release();

    assertThat(pool.available()).isEqualTo(2);
  }

  @Test
  void acquire_fullWithoutMaxWait_refusesAtOnce() {
    Bulkhead full = Bulkhead.builder("pool", 1).timeSource(time).build();
    full.acquire();

    refusesLikeAPipeline(full, RefusalKind.BULKHEAD_FULL);
  }

  @Test
  void acquire_queueFull_refusesAtOnce() {
    Bulkhead full = bulkhead(time);
    full.acquire();
    queueUp(full);
    queueUp(full);

    refusesLikeAPipeline(full, RefusalKind.BULKHEAD_QUEUE_FULL);
    assertThat(full.waiting()).isEqualTo(2);
  }

  @Test
  void acquire_nothingReleased_refusesAfterMaxWait() {
    Bulkhead full = bulkhead(moving);
    full.acquire();

    refusesLikeAPipeline(full, RefusalKind.BULKHEAD_WAITED_TOO_LONG);

    assertThat(moving.nanoTime()).as("two waits").isEqualTo(2 * WAIT.toNanos());
    assertThat(full.waiting()).isZero();
  }

  @Test
  void acquire_deadlineSoonerThanMaxWait_refusesAtTheDeadline() {
    Bulkhead full = bulkhead(moving);
    full.acquire();
    Deadline.after(WAIT.dividedBy(2), moving)
        .run(() -> assertThat(refusal(full::acquire).kind()).isEqualTo(RefusalKind.DEADLINE_ENDED));
    assertThat(moving.nanoTime()).isEqualTo(WAIT.dividedBy(2).toNanos());

    Deadline.after(Duration.ZERO, moving)
        .run(() -> refusesLikeAPipeline(full, RefusalKind.DEADLINE_ENDED));
    assertThat(moving.nanoTime()).isEqualTo(WAIT.dividedBy(2).toNanos());
  }

  @Test
  void acquire_deadlineOverButPermitFree_holds() {
    Bulkhead free = bulkhead(time);
    Deadline.after(Duration.ZERO, time).run(free::acquire);

    assertThat(free.inFlight()).isEqualTo(1);
  }

  @Test
  void release_callsOfBothKindsWait_grantsInOrder() throws Exception {
    Bulkhead full = bulkhead(time);
    full.acquire();
    CompletableFuture<String> first = queueUp(full);
    Thread second = new Thread(full::acquire);
    second.start();
    time.awaitWaiters(1);
    assertThat(full.waiting()).isEqualTo(2);

    full.release();
    assertThat(full.waiting()).as("the first has the permit, the second waits").isEqualTo(1);
    first.complete("done");
    second.join();

    assertThat(full.inFlight()).isEqualTo(1);
    full.release();
    assertThat(full.available()).isEqualTo(1);
  }

  @Test
  void acquire_interruptedWhileItWaits_keepsNoPermitAndTheFlag() throws Exception {
    Bulkhead full = bulkhead(time);
    full.acquire();
    AtomicReference<String> seen = new AtomicReference<>();
    Thread caller =
        new Thread(() -> {
          try {
            full.acquire();
          } catch (CallInterruptedException interrupt) {
            seen.set(interrupt.getMessage() + ' ' + Thread.currentThread().isInterrupted());
          }
        });
    caller.start();
    time.awaitWaiters(1);

    caller.interrupt();
    caller.join();

    assertThat(seen).hasValue("pool: interrupted while waiting true");
    assertThat(full.waiting()).isZero();
    assertThat(full.refused()).isZero();
    full.release();
    assertThat(full.available()).isEqualTo(1);
  }

  @Test
  void acquire_interruptedAtTheMomentOfTheGrant_handsThePermitOn() {
    AtomicReference<Runnable> whileParked = new AtomicReference<>(() -> {});
    TimeSource disturbed =
        new DelegatingTimeSource(time) {
          @Override
          public void parkNanos(Object blocker, long nanos) {
            whileParked.get().run();
          }
        };
    Bulkhead full = bulkhead(disturbed);
    full.acquire();
    AtomicReference<CompletableFuture<String>> next = new AtomicReference<>();
    whileParked.set(() -> {
      next.set(queueUp(full));
      full.release();
      Thread.currentThread().interrupt();
    });

    assertThatThrownBy(full::acquire).isInstanceOf(CallInterruptedException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(full.inFlight()).as("the next has the permit").isEqualTo(1);
    next.get().complete("done");
    assertThat(full.available()).isEqualTo(1);
  }

  @Test
  void acquire_insideATimeout_endsWithTheTimeout() throws Exception {
    Bulkhead full =
        Bulkhead.builder("pool", 1).maxWait(Duration.ofHours(1)).timeSource(time).build();
    full.acquire();
    Pipeline timed = Pipeline.of("timed", Timeout.builder("t", WAIT).timeSource(time).build());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(() -> {
          try {
            timed.run(full::acquire);
          } catch (CallTimeoutException timeout) {
            thrown.set(timeout);
          }
        });
    caller.start();
    time.awaitWaiters(1);

    time.advance(WAIT);
    caller.join();

    assertThat(thrown.get()).isInstanceOf(CallTimeoutException.class);
    assertThat(full.waiting()).isZero();
    assertThat(full.inFlight()).isEqualTo(1);
  }

  @Test
  void release_withoutPermit_isRefusedAndChangesNothing() {
    Bulkhead pool = bulkhead(time);
    for (int i = 0; i < 3; i++) {
      assertThatIllegalStateException()
          .isThrownBy(pool::release)
          .withMessage("bulkhead pool: release() without a permit in use");
    }
    assertThat(pool.available()).isEqualTo(1);

    pool.acquire();
    pool.release();
    assertThatIllegalStateException().isThrownBy(pool::release);

    assertThat(pool.enter(0)).isZero();
    assertThat(pool.enter(0)).as("the limit is as before").isEqualTo(Gate.REFUSED);
  }

  /** A permit has no owner, so this release cannot be told from the right one. */
  @Test
  void release_takesThePermitOfACall_theLimitIsAsBeforeWhenTheCallEnds() {
    Bulkhead pool = bulkhead(time);
    CompletableFuture<String> call = queueUp(pool);
    pool.release();

    call.complete("done");

    assertThat(pool.inFlight()).isZero();
    assertThat(pool.waiting()).isZero();
    pool.acquire();
    assertThat(pool.available()).isZero();
    assertThat(pool.enter(0)).isEqualTo(Gate.REFUSED);
  }

  @Test
  void acquire_manyThreadsAndInterrupts_neverExceedTheLimitAndLoseNothing() throws Exception {
    Bulkhead shared =
        Bulkhead.builder("pool", 2).maxWait(Duration.ofSeconds(30)).maxWaiters(8).build();
    Pipeline calls = Pipeline.of("calls", shared);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger interrupted = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      int number = t;
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < 2_000; i++) {
              if (number < 2 && i % 7 == 0) {
                Thread.currentThread().interrupt();
              }
              if (number % 3 == 2) {
                calls.tryCall(() -> work(inside, most));
              } else {
                hold(shared, inside, most, interrupted);
              }
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
    assertThatIllegalStateException().isThrownBy(shared::release);
  }

  private static void hold(
      Bulkhead shared, AtomicInteger inside, AtomicInteger most, AtomicInteger interrupted) {
    try {
      shared.acquire();
    } catch (CallInterruptedException stop) {
      interrupted.incrementAndGet();
      return;
    }
    work(inside, most);
    shared.release();
  }

  private static int work(AtomicInteger inside, AtomicInteger most) {
    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
    Thread.onSpinWait();
    return inside.decrementAndGet();
  }
}
