// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Failures of other libraries' timeouts and timer threads, each of which must not happen here. */
@org.junit.jupiter.api.Timeout(30)
class TimeoutMuseumTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimeSource time = new ManualTimeSource();
  private final Timeout timeout = Timeout.builder("museum", SECOND).timeSource(time).build();

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("museum", policies).executor(Runnable::run).build();
  }

  /** Failsafe 3.3.2, Timeout without interrupt: a limit of 50 ms returned after 434 ms. */
  @Test
  void timeoutAroundASleep_returnsAtTheTimeout() {
    ManualTimeSource moving = ManualTimeSource.autoAdvancing();
    Timeout short50 = Timeout.builder("museum", Duration.ofMillis(50)).timeSource(moving).build();

    assertThatThrownBy(() ->
            pipeline(short50)
                .call(() -> {
                  moving.sleep(Duration.ofMillis(50).toNanos());
                  moving.sleep(Duration.ofMillis(350).toNanos());
                  return "slow";
                }))
        .isInstanceOf(CallTimeoutException.class);
    assertThat(moving.nanoTime()).isEqualTo(Duration.ofMillis(50).toNanos());
  }

  /** Resilience4j #1428: a cancelled call was reported as a timeout. */
  @Test
  void cancelledCall_isNotReportedAsATimeout() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = pipeline(timeout).callAsync(() -> stage);

    future.cancel(true);
    time.advance(SECOND);

    assertThat(future).isCancelled();
    assertThat(stage).isCancelled();
    assertThat(timeout.fired()).isZero();
    assertThat(time.pending()).isZero();
  }

  /** Resilience4j #351: the timer thread was no daemon, and the JVM did not exit. */
  @Test
  void timerThread_keepsNoJvmAlive() {
    CompletableFuture<String> pending =
        Pipeline.of("museum", Timeout.of(Duration.ofHours(1))).callAsync(CompletableFuture::new);

    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().equals("tenfold-timer"))
        .isNotEmpty()
        .allMatch(Thread::isDaemon);
    pending.cancel(true);
  }

  /** Resilience4j #1203: a static executor was dead after a restart of the context. */
  @Test
  void executorShutDownByOneOwner_leavesTheTimeoutsOfOthersAlone() {
    Timeout real = Timeout.of(Duration.ofMillis(1));
    for (int restart = 0; restart < 3; restart++) {
      ExecutorService executor = Executors.newSingleThreadExecutor();
      CompletableFuture<String> future =
          Pipeline.builder("museum", real)
              .executor(executor)
              .build()
              .callAsync(CompletableFuture::new);

      assertThatThrownBy(future::get).hasCauseInstanceOf(CallTimeoutException.class);
      executor.shutdownNow();
    }
  }

  /** Failsafe #277: an executor that its user shut down took the timeouts with it. */
  @Test
  void executorShutDownMeanwhile_theTimeoutStillEndsTheCall() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    CompletableFuture<String> future =
        Pipeline.builder("museum", timeout)
            .executor(executor)
            .build()
            .callAsync(CompletableFuture::new);
    executor.shutdownNow();
    time.advance(SECOND);

    assertThatThrownBy(future::get).hasCauseInstanceOf(CallTimeoutException.class);
  }

  /** Failsafe before 2.3.0, Timeout: the interrupt hit the thread after the call had completed. */
  @Test
  void completionRacesTheTimer_noInterruptEverArrivesAfterwards() throws Exception {
    Pipeline pipeline = pipeline(timeout);
    for (int round = 0; round < 2_000; round++) {
      CountDownLatch go = new CountDownLatch(1);
      Thread clock =
          new Thread(() -> {
            go.countDown();
            time.advance(SECOND);
          });
      pipeline.tryCall(() -> {
        clock.start();
        go.await();
        return "maybe";
      });
      assertThat(Thread.currentThread().isInterrupted()).as("round %s", round).isFalse();
      clock.join();
      assertThat(Thread.currentThread().isInterrupted()).as("round %s", round).isFalse();
    }
  }

  /** Failsafe #171: a stage that was complete already was not handled. */
  @Test
  void stageThatWasComplete_leavesNoTimer() {
    CompletableFuture<String> future =
        pipeline(timeout).callAsync(() -> CompletableFuture.completedFuture("at once"));

    assertThat(future).isCompletedWithValue("at once");
    assertThat(time.pending()).isZero();
  }

  /** SmallRye Fault Tolerance #414: cancelling an old attempt interrupted a foreign thread. */
  @Test
  void cancelledCall_interruptsNobody() throws Exception {
    Thread[] ran = new Thread[1];
    CompletableFuture<String> future =
        pipeline(timeout)
            .callAsync(() -> {
              ran[0] = Thread.currentThread();
              return new CompletableFuture<>();
            });
    Thread canceller = new Thread(() -> future.cancel(true));
    canceller.start();
    canceller.join();

    assertThat(future).isCancelled();
    assertThat(ran[0]).isSameAs(Thread.currentThread());
    assertThat(Thread.interrupted()).isFalse();
  }
}
