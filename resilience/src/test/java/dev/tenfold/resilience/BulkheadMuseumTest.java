// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/**
 * Failures of other libraries' bulkheads, and of breakers around them, each of which must not
 * happen here.
 */
@org.junit.jupiter.api.Timeout(30)
class BulkheadMuseumTest {
  private static final Duration OPEN = Duration.ofSeconds(10);

  private final ManualTimeSource time = new ManualTimeSource();

  private CircuitBreaker breaker() {
    return CircuitBreaker.builder("museum")
        .consecutiveFailures(1)
        .probes(1)
        .openFor(OPEN)
        .timeSource(time)
        .build();
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("museum", policies).executor(Runnable::run).build();
  }

  /** Failsafe #393, #400: a waiter that had given up was granted the permit. */
  @Test
  void oneRejectedWaiter_doesNotCostAPermit() {
    ManualTimeSource moving = ManualTimeSource.autoAdvancing();
    Bulkhead bulkhead =
        Bulkhead.builder("museum", 1).maxWait(Duration.ofMillis(50)).timeSource(moving).build();
    Pipeline pipeline = pipeline(bulkhead);
    Outcome<Outcome<String>> outer = pipeline.tryCall(() -> pipeline.tryCall(() -> "inner"));
    assertThat(((Outcome.Success<Outcome<String>>) outer).value())
        .isInstanceOf(Outcome.Rejected.class);

    for (int i = 0; i < 100; i++) {
      assertThat(pipeline.tryCall(() -> "later")).isInstanceOf(Outcome.Success.class);
    }
    assertThat(bulkhead.waiting()).isZero();
  }

  /** Netflix concurrency-limits 0.5.4, Limiter.Listener: onSuccess twice returns two permits. */
  @Test
  void callThatEndsTwice_givesOnePermitBack() {
    Bulkhead bulkhead = Bulkhead.builder("museum", 1).timeSource(time).build();
    Pipeline pipeline = pipeline(bulkhead);
    CompletableFuture<String> stage =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean interrupt) {
            return false; // so that it can still complete
          }
        };
    CompletableFuture<String> future = pipeline.callAsync(() -> stage);
    future.complete("from outside");
    stage.complete("by itself");
    future.cancel(true);
    pipeline.callAsync(CompletableFuture::new);

    assertThat(bulkhead.inFlight()).isEqualTo(1);
    assertThat(pipeline.tryCall(() -> "second")).isInstanceOf(Outcome.Rejected.class);
  }

  /** Resilience4j 2.4.0, CircuitBreaker around a full Bulkhead: opens by local refusals. */
  @Test
  void fullBulkheadInsideABreaker_doesNotOpenIt() {
    CircuitBreaker breaker = breaker();
    Bulkhead bulkhead = Bulkhead.builder("museum", 1).timeSource(time).build();
    Pipeline pipeline = pipeline(breaker, bulkhead);
    pipeline.callAsync(() -> new CompletableFuture<>());
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> pipeline.call(() -> "never")).isInstanceOf(RejectedException.class);
      assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().failures()).isZero();
    assertThat(breaker.counts().successes()).isZero();
    assertThat(bulkhead.refused()).isEqualTo(20);
  }

  /** Failsafe 3.3.2, CircuitBreaker around a full Bulkhead: opens by local refusals. */
  @Test
  void bulkheadWhoseQueueIsFullInsideABreaker_doesNotOpenIt() {
    CircuitBreaker breaker = breaker();
    Bulkhead bulkhead =
        Bulkhead.builder("museum", 1).maxWait(OPEN).maxWaiters(1).timeSource(time).build();
    Pipeline pipeline = pipeline(breaker, bulkhead);
    for (int i = 0; i < 7; i++) {
      pipeline.callAsync(() -> new CompletableFuture<>());
    }
    time.advance(OPEN); // the one in the queue has waited in vain

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().failures()).isZero();
    assertThat(breaker.counts().successes()).isZero();
    assertThat(bulkhead.refused()).isEqualTo(6);
  }

  /** Resilience4j #332: a cancelled call did not release its permit. */
  @Test
  void cancelledCall_givesItsPermitBack() {
    Bulkhead bulkhead =
        Bulkhead.builder("museum", 1).maxWait(OPEN).maxWaiters(9).timeSource(time).build();
    Pipeline pipeline = pipeline(bulkhead);
    CompletableFuture<String> running = pipeline.callAsync(CompletableFuture::new);
    CompletableFuture<String> waiting = pipeline.callAsync(CompletableFuture::new);
    assertThat(bulkhead.waiting()).isEqualTo(1);

    waiting.cancel(true);
    running.cancel(true);

    assertThat(bulkhead.waiting()).isZero();
    assertThat(bulkhead.available()).isEqualTo(1);
  }

  /** Polly before 8.6.1: the size of a bulkhead overflowed. */
  @Test
  void limitOfTheLargestInteger_doesNotOverflow() {
    Bulkhead bulkhead =
        Bulkhead.builder("museum", Integer.MAX_VALUE)
            .maxWait(Duration.ofSeconds(1))
            .timeSource(time)
            .build();

    assertThat(Pipeline.of("museum", bulkhead).<Integer, RuntimeException>call(bulkhead::inFlight))
        .isEqualTo(1);
    assertThat(bulkhead.available()).isEqualTo(Integer.MAX_VALUE);
  }

  /** Sentinel #1638: a probe blocked by a later rule left the breaker half-open for ever. */
  @Test
  void probeRefusedFurtherIn_givesItsPlaceBack() {
    CircuitBreaker breaker = breaker();
    Bulkhead bulkhead = Bulkhead.builder("museum", 1).timeSource(time).build();
    Pipeline pipeline = pipeline(breaker, bulkhead);
    long taken = bulkhead.enter(0);
    breaker.exit(breaker.enter(0), 0, time.nanoTime(), Verdict.FAILURE);
    time.advance(OPEN);
    for (int i = 0; i < 5; i++) {
      assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
    }
    assertThat(breaker.counts().refused()).isZero();
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    bulkhead.exit(taken, 0, 0, Verdict.SUCCESS);

    assertThat(pipeline.call(() -> "probe")).isEqualTo("probe");
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  /** Netflix concurrency-limits #140, #234: the check and the increment were two steps. */
  @Test
  void threadsAtOnce_neverExceedTheLimit() throws InterruptedException {
    List<Bulkhead> bulkheads = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      bulkheads.add(Bulkhead.builder("museum", 2).timeSource(time).build());
    }
    CyclicBarrier together = new CyclicBarrier(4);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          new Thread(() -> {
            try {
              for (Bulkhead bulkhead : bulkheads) {
                together.await();
                bulkhead.enter(0);
              }
            } catch (InterruptedException | BrokenBarrierException stop) {
              throw new AssertionError(stop);
            }
          }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(bulkheads).allMatch(bulkhead -> bulkhead.inFlight() == 2);
  }

  /** Netflix concurrency-limits #81: an interceptor further out threw, and the permit was lost. */
  @Test
  void gateFurtherInThatThrows_costsNoPermit() {
    Bulkhead bulkhead = Bulkhead.builder("museum", 1).timeSource(time).build();
    TestGate throwing =
        new TestGate(
            "throwing",
            () -> {
              throw new IllegalStateException("gate");
            },
            new ArrayList<>());
    Pipeline pipeline = pipeline(bulkhead, throwing);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> pipeline.call(() -> "never")).hasMessage("gate");
      assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Failure.class);
      assertThatThrownBy(pipeline.callAsync(CompletableFuture::new)::join)
          .hasRootCauseMessage("gate");
    }

    assertThat(bulkhead.available()).isEqualTo(1);
  }
}
