// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process whose common pool is blocked by somebody else for good, and in which asynchronous calls
 * wait. Says how many milliseconds later than due each kind of wait ended, at best and at worst.
 */
final class BlockedPool {
  private static final int ROUNDS = 8;

  /** After that it ends by itself, with what it has measured. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private static final TimeSource TIME = TimeSource.system();

  private BlockedPool() {}

  /** One call that waits, and tells when the caller hears of the end. */
  private interface Wait {
    CompletableFuture<?> begin(Duration duration);
  }

  public static void main(String[] args) throws InterruptedException {
    TIME.schedule(LONGEST.toNanos(), Runnable::run, () -> Runtime.getRuntime().halt(1));
    int parallelism = ForkJoinPool.commonPool().getParallelism();
    CountDownLatch blocked = new CountDownLatch(parallelism);
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < parallelism + 4; i++) {
      ForkJoinPool.commonPool()
          .execute(() -> {
            blocked.countDown();
            try {
              never.await();
            } catch (InterruptedException ended) {
              Thread.currentThread().interrupt();
            }
          });
    }
    blocked.await();
    measure("timeout", BlockedPool::timeout);
    measure("backoff", BlockedPool::backoff);
    measure("queue", BlockedPool::queue);
    measure("limiter", BlockedPool::limiter);
    System.exit(0);
  }

  private static void measure(String kind, Wait wait) throws InterruptedException {
    long best = Long.MAX_VALUE;
    long worst = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Duration duration = Duration.ofMillis(round % 2 == 0 ? 10 : 100);
      CountDownLatch told = new CountDownLatch(1);
      AtomicLong toldNanos = new AtomicLong();
      long began = TIME.nanoTime();
      var unused =
          wait.begin(duration)
              .whenComplete((value, error) -> {
                toldNanos.set(TIME.nanoTime());
                told.countDown();
              });
      told.await();
      long late = toldNanos.get() - began - duration.toNanos();
      if (late < 0) {
        throw new IllegalStateException(kind + " ended " + -late + " ns too early");
      }
      best = Math.min(best, late);
      worst = Math.max(worst, late);
    }
    System.out.println(kind + " " + best / 1_000_000 + " " + worst / 1_000_000);
  }

  private static CompletableFuture<?> timeout(Duration duration) {
    return Pipeline.of("p", Timeout.of(duration)).callAsync(CompletableFuture::new);
  }

  private static CompletableFuture<?> backoff(Duration duration) {
    Retry retry = Retry.builder("r").maxAttempts(2).backoff(Backoff.constant(duration)).build();
    return Pipeline.of("p", retry)
        .callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException("down")));
  }

  private static CompletableFuture<?> queue(Duration duration) {
    Pipeline pipeline = Pipeline.of("p", Bulkhead.builder("b", 1).maxWait(duration).build());
    pipeline.callAsync(CompletableFuture::new);
    return pipeline.callAsync(CompletableFuture::new);
  }

  private static CompletableFuture<?> limiter(Duration duration) {
    RateLimiter limiter = RateLimiter.builder("l", 1, duration).burst(1).maxWait(duration).build();
    limiter.tryAcquire(1);
    return Pipeline.of("p", limiter).callAsync(() -> CompletableFuture.completedFuture("late"));
  }
}
