// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;

/** Failures that other rate limiters once had, each of which must not happen here. */
class RateLimiterMuseumTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimeSource time = new ManualTimeSource();

  private RateLimiter.Builder limiter(int permits) {
    return RateLimiter.builder("museum", permits, SECOND).timeSource(time);
  }

  /** Resilience4j #61: the first cycle had no permits. */
  @Test
  void firstPeriod_hasItsPermits() {
    RateLimiter limiter = limiter(10).build();
    int admitted = 0;
    while (limiter.enter(time.nanoTime()) == 0) {
      admitted++;
    }

    assertThat(admitted).isEqualTo(10);
  }

  /**
   * Resilience4j #822: cycles to wait were rounded down, and concurrent waiters got more permits.
   */
  @Test
  void manyWaitersAtOnce_getNoExtraPermits() throws InterruptedException {
    RateLimiter limiter = limiter(10).burst(1).maxWait(Duration.ofSeconds(100)).build();
    var turns = new ConcurrentSkipListMap<Long, Thread>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          new Thread(() -> {
            for (int i = 0; i < 200; i++) {
              turns.put(-limiter.enter(0), Thread.currentThread());
            }
          }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(turns).hasSize(800); // nobody was given the turn of another
    assertThat(turns.firstKey()).isZero();
    assertThat(turns.lastKey()).isEqualTo(799 * 100_000_000L);
  }

  /** Resilience4j #1683: a scheduled task kept each of millions of limiters alive. */
  @Test
  void limitersByTheThousand_leaveNothingScheduled() {
    List<RateLimiter> limiters = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      limiters.add(limiter(1 + i).build());
    }

    assertThat(limiters).allMatch(limiter -> limiter.tryAcquire(1));
    assertThat(time.pending()).isZero();
  }

  /** Sentinel #462: a large limit overflowed. */
  @Test
  void largestNumbers_doNotOverflow() {
    RateLimiter limiter = limiter(1_000_000_000).burst(Integer.MAX_VALUE).build();
    assertThat(limiter.tryAcquire(Integer.MAX_VALUE)).isTrue();
    assertThat(limiter.tryAcquire(1)).isFalse();
    time.advance(Duration.ofNanos(Integer.MAX_VALUE - 1));
    assertThat(limiter.tryAcquire(Integer.MAX_VALUE)).isFalse();
    time.advance(Duration.ofNanos(1));

    assertThat(limiter.tryAcquire(Integer.MAX_VALUE)).isTrue();
  }

  /** Sentinel #586: a clock that went back lost what had been counted. */
  @Test
  void clockThatGoesBack_grantsNothing() {
    RateLimiter limiter = limiter(10).burst(1).build();
    long now = SECOND.toNanos();
    assertThat(limiter.enter(now)).isZero();
    for (int i = 0; i < 1_000; i++) {
      assertThat(limiter.enter(now - i * 1_000_000_000L)).isEqualTo(Gate.REFUSED);
    }

    assertThat(limiter.enter(now + 100_000_000)).isZero();
  }

  /** Sentinel #1638: a probe blocked by a later rule left the breaker half-open for ever. */
  @Test
  void probeRefusedByALimiter_doesNotWedgeTheBreaker() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum")
            .consecutiveFailures(1)
            .openFor(SECOND)
            .probes(1)
            .timeSource(time)
            .build();
    RateLimiter limiter =
        RateLimiter.builder("museum", 1, Duration.ofSeconds(10)).timeSource(time).build();
    Pipeline pipeline =
        Pipeline.builder("museum", breaker, limiter).executor(Runnable::run).build();
    assertThat(
            pipeline.tryCall(() -> {
              throw new IllegalStateException("down");
            }))
        .isInstanceOf(Outcome.Failure.class);
    time.advance(SECOND);
    for (int i = 0; i < 10; i++) {
      assertThat(pipeline.tryCall(() -> "limited")).isInstanceOf(Outcome.Rejected.class);
    }
    time.advance(Duration.ofSeconds(9));

    assertThat(pipeline.tryCall(() -> "probe")).isInstanceOf(Outcome.Success.class);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  /** Failsafe-go before 0.9.2: a cancelled wait kept the permit of its limiter. */
  @Test
  void waitCancelled_givesTheTurnBack() {
    RateLimiter limiter = limiter(1).maxWait(SECOND.multipliedBy(5)).build();
    Pipeline pipeline = Pipeline.builder("museum", limiter).executor(Runnable::run).build();
    assertThat(pipeline.tryCall(() -> "first")).isInstanceOf(Outcome.Success.class);
    for (int i = 0; i < 100; i++) {
      pipeline.callAsync(CompletableFuture::new).cancel(true);
    }

    CompletableFuture<String> next =
        pipeline.callAsync(() -> CompletableFuture.completedFuture("next"));
    time.advance(SECOND);

    assertThat(next).isCompletedWithValue("next");
  }
}
