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

/**
 * Failures of other libraries' timeouts and timer threads, each of which must not happen here.
 * {@link MuseumTest} says what the names mean.
 */
@org.junit.jupiter.api.Timeout(30)
class TimeoutMuseumTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimeSource time = new ManualTimeSource();
  private final Timeout timeout = Timeout.builder("museum", SECOND).timeSource(time).build();

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("museum", policies).executor(Runnable::run).build();
  }

  @Test
  void p20_timeoutAroundASleep_returnsAtTheTimeout() {
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

  @Test
  void h10_cancelledCall_isNotReportedAsATimeout() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> future = pipeline(timeout).callAsync(() -> stage);

    future.cancel(true);
    time.advance(SECOND);

    assertThat(future).isCancelled();
    assertThat(stage).isCancelled();
    assertThat(timeout.fired()).isZero();
    assertThat(time.pending()).isZero();
  }

  @Test
  void h13_timerThread_keepsNoJvmAlive() {
    CompletableFuture<String> pending =
        Pipeline.of("museum", Timeout.of(Duration.ofHours(1))).callAsync(CompletableFuture::new);

    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().equals("tenfold-timer"))
        .isNotEmpty()
        .allMatch(Thread::isDaemon);
    pending.cancel(true);
  }

  @Test
  void h13_executorShutDownByOneOwner_leavesTheTimeoutsOfOthersAlone() {
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

  @Test
  void h17_executorShutDownMeanwhile_theTimeoutStillEndsTheCall() {
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

  @Test
  void h17_completionRacesTheTimer_noInterruptEverArrivesAfterwards() throws Exception {
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
      assertThat(Thread.currentThread().isInterrupted()).as("round %d", round).isFalse();
      clock.join();
      assertThat(Thread.currentThread().isInterrupted()).as("round %d", round).isFalse();
    }
  }

  @Test
  void h17_stageThatWasComplete_leavesNoTimer() {
    CompletableFuture<String> future =
        pipeline(timeout).callAsync(() -> CompletableFuture.completedFuture("at once"));

    assertThat(future).isCompletedWithValue("at once");
    assertThat(time.pending()).isZero();
  }

  @Test
  void h20_cancelledCall_interruptsNobody() throws Exception {
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
