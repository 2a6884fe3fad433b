// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Failures of other libraries' retries and backoffs, each of which must not happen here. */
@org.junit.jupiter.api.Timeout(30)
class RetryMuseumTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();

  private Retry.Builder retry() {
    return Retry.builder("museum").backoff(Backoff.constant(Duration.ofMillis(1))).timeSource(time);
  }

  /** Resilience4j #1855, #1856, #2368: an interrupt in such a backoff threw, or lost the flag. */
  @Test
  void interruptInTheBackoffAfterAResult_keepsTheFlag() {
    Retry retry = retry().classifier((value, error) -> Verdict.FAILURE).build();

    assertThatThrownBy(() ->
            Pipeline.of("museum", retry)
                .call(() -> {
                  Thread.currentThread().interrupt();
                  return "busy";
                }))
        .isInstanceOf(CallInterruptedException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  /** Resilience4j #1205: with no exception to report, the last attempt ended in another one. */
  @Test
  void resultStillBadAtTheLastAttempt_isReturned() {
    Retry retry = retry().classifier((value, error) -> Verdict.FAILURE).build();

    assertThat(Pipeline.of("museum", retry).<String, RuntimeException>call(() -> null)).isNull();
    assertThat(retry.exhausted()).isEqualTo(1);
  }

  /** Failsafe 3.3.2: Thread.sleep in milliseconds drops a backoff below one. */
  @Test
  void backoffBelowAMillisecond_isWaitedFor() {
    Retry retry =
        retry().maxAttempts(3).backoff(Backoff.constant(Duration.ofNanos(300_000))).build();

    assertThatThrownBy(() ->
            Pipeline.of("museum", retry)
                .call(() -> {
                  throw new IOException("down");
                }))
        .isInstanceOf(IOException.class);
    assertThat(time.nanoTime()).isEqualTo(600_000);
  }

  /** Failsafe #242: asynchronous retries by hand skipped the delay. */
  @Test
  void delayOfAnAsynchronousRetry_isWaitedFor() {
    ManualTimeSource still = new ManualTimeSource();
    Retry retry =
        Retry.builder("museum")
            .maxAttempts(3)
            .backoff(Backoff.constant(Duration.ofSeconds(1)))
            .timeSource(still)
            .build();
    List<Long> begun = new ArrayList<>();
    Pipeline.builder("museum", retry)
        .executor(Runnable::run)
        .build()
        .callAsync(() -> {
          begun.add(still.nanoTime());
          return CompletableFuture.failedFuture(new IOException("down"));
        });
    still.advance(Duration.ofMinutes(1));

    assertThat(begun).containsExactly(0L, 1_000_000_000L, 2_000_000_000L);
  }

  /** Failsafe #190: the listener of failures heard of a success. */
  @Test
  void listenerOfRetries_hearsNothingOfASuccess() {
    AtomicInteger heard = new AtomicInteger();
    Retry retry =
        retry().onRetry((attempt, delay, value, error) -> heard.incrementAndGet()).build();

    assertThat(Pipeline.of("museum", retry).<String, RuntimeException>call(() -> "up"))
        .isEqualTo("up");
    assertThat(heard).hasValue(0);
    assertThat(retry.exhausted()).isZero();
  }

  /** SmallRye Fault Tolerance, ExponentialBackOff: overflows near the 54th retry, then waits 0. */
  @Test
  void hundredsOfFailures_waitTheCapAndNotZero() {
    Duration cap = Duration.ofSeconds(60);
    Backoff backoff = Backoff.exponential(Duration.ofSeconds(1), cap);
    Random random = new Random(20);
    for (int failures = 10; failures < 1_000; failures++) {
      assertThat(backoff.delayNanos(failures, random)).isEqualTo(cap.toNanos());
    }
  }

  /** AWS SDK for Java 2.x #5345: successes never refilled the bucket of retries. */
  @Test
  void successesAfterAnOutage_refillTheBudget() {
    RetryBudget budget = RetryBudget.builder().ratio(0.5).timeSource(time).build();
    Retry retry = retry().maxAttempts(2).budget(budget).build();
    Pipeline pipeline = Pipeline.of("museum", retry);
    AtomicInteger attempts = new AtomicInteger();
    for (int i = 0; i < 1_000; i++) {
      assertThatThrownBy(() ->
              pipeline.call(() -> {
                attempts.incrementAndGet();
                throw new IOException("down");
              }))
          .isInstanceOf(IOException.class);
    }
    assertThat(attempts).hasValue(1_000 + 10);
    assertThat(retry.denied()).isPositive();
    for (int i = 0; i < 20; i++) {
      assertThat(pipeline.<String, RuntimeException>call(() -> "up")).isEqualTo("up");
    }

    assertThat(budget.available()).isGreaterThanOrEqualTo(10);
  }
}
