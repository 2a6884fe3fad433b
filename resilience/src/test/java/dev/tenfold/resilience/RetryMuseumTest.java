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

/**
 * Failures of retries and backoffs from the trackers of other libraries, each of which must not
 * happen here. {@link MuseumTest} says what the names mean.
 */
@org.junit.jupiter.api.Timeout(30)
class RetryMuseumTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();

  private Retry.Builder retry() {
    return Retry.builder("museum").backoff(Backoff.constant(Duration.ofMillis(1))).timeSource(time);
  }

  @Test
  void h12_interruptInTheBackoffAfterAResult_keepsTheFlag() {
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

  @Test
  void h12_resultStillBadAtTheLastAttempt_isReturned() {
    Retry retry = retry().classifier((value, error) -> Verdict.FAILURE).build();

    assertThat(Pipeline.of("museum", retry).<String, RuntimeException>call(() -> null)).isNull();
    assertThat(retry.exhausted()).isEqualTo(1);
  }

  @Test
  void h17_backoffBelowAMillisecond_isWaitedFor() {
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

  @Test
  void h17_delayOfAnAsynchronousRetry_isWaitedFor() {
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

  @Test
  void h17_listenerOfRetries_hearsNothingOfASuccess() {
    AtomicInteger heard = new AtomicInteger();
    Retry retry =
        retry().onRetry((attempt, delay, value, error) -> heard.incrementAndGet()).build();

    assertThat(Pipeline.of("museum", retry).<String, RuntimeException>call(() -> "up"))
        .isEqualTo("up");
    assertThat(heard).hasValue(0);
    assertThat(retry.exhausted()).isZero();
  }

  @Test
  void h20_hundredsOfFailures_waitTheCapAndNotZero() {
    Duration cap = Duration.ofSeconds(60);
    Backoff backoff = Backoff.exponential(Duration.ofSeconds(1), cap);
    Random random = new Random(20);
    for (int failures = 10; failures < 1_000; failures++) {
      assertThat(backoff.delayNanos(failures, random)).isEqualTo(cap.toNanos());
    }
  }

  @Test
  void h23_successesAfterAnOutage_refillTheBudget() {
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
