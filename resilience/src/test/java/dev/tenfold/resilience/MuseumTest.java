// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Failures found in the current releases of other libraries, each of which must not happen here.
 * The numbers are those of the probes that found them.
 */
@org.junit.jupiter.api.Timeout(30)
class MuseumTest {
  private static final Duration OPEN = Duration.ofSeconds(10);

  private final ManualTimeSource time = new ManualTimeSource();

  private CircuitBreaker.Builder breaker() {
    return CircuitBreaker.builder("museum").consecutiveFailures(1).openFor(OPEN).timeSource(time);
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("museum", policies).executor(Runnable::run).build();
  }

  @Test
  void p5_supplierThrowingOnTheSecondAttempt_completesTheFuture() {
    Retry retry = Retry.builder("museum").maxAttempts(2).timeSource(time).build();
    AtomicInteger attempts = new AtomicInteger();

    CompletableFuture<String> future =
        pipeline(retry)
            .callAsync(() -> {
              if (attempts.incrementAndGet() == 2) {
                throw new IllegalStateException("second");
              }
              return CompletableFuture.failedFuture(new IllegalStateException("first"));
            });
    time.advance(Duration.ofMinutes(1));

    assertThatThrownBy(future::join)
        .isInstanceOf(CompletionException.class)
        .hasRootCauseMessage("second");
  }

  @Test
  void p6_jitterAtTheCap_staysRandom() {
    Backoff backoff =
        Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(1)).fullJitter();
    Random random = new Random(1);
    Set<Long> delays = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      delays.add(backoff.delayNanos(8, random));
    }

    assertThat(delays).hasSizeGreaterThan(990);
    assertThat(delays).allMatch(delay -> delay >= 0 && delay <= 1_000_000_000L);
  }

  @Test
  void p7_contextOfTheCaller_isThereAtLaterAttempts() {
    Ambient.Key<String> tenant = Ambient.key("tenant");
    Retry retry = Retry.builder("museum").maxAttempts(2).timeSource(time).build();
    StringBuilder seen = new StringBuilder();
    CompletableFuture<String> future;
    try (Ambient.Scope scope = Ambient.open(tenant, "acme")) {
      future =
          pipeline(retry)
              .callAsync(() -> {
                seen.append(Ambient.get(tenant)).append(' ');
                return CompletableFuture.failedFuture(new IllegalStateException());
              });
    }
    time.advance(Duration.ofMinutes(1));

    assertThat(future).isCompletedExceptionally();
    assertThat(seen).hasToString("acme acme ");
  }

  @Test
  void p8_oneRejectedWaiter_doesNotCostAPermit() {
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

  @Test
  void p11_cancellingTheFuture_stopsTheRetriesAndTheTimer() {
    Retry retry = Retry.builder("museum").maxAttempts(50).withoutBudget().timeSource(time).build();
    AtomicInteger attempts = new AtomicInteger();
    CompletableFuture<String> future =
        pipeline(retry)
            .callAsync(() -> {
              attempts.incrementAndGet();
              return CompletableFuture.failedFuture(new IllegalStateException());
            });
    assertThat(time.pending()).isEqualTo(1);

    future.cancel(true);

    assertThat(time.pending()).isZero();
    time.advance(Duration.ofMinutes(1));
    assertThat(attempts).hasValue(1);
  }

  @Test
  void p20_timeoutAroundASleep_returnsAtTheTimeout() {
    ManualTimeSource moving = ManualTimeSource.autoAdvancing();
    Timeout timeout = Timeout.builder("museum", Duration.ofMillis(50)).timeSource(moving).build();

    assertThatThrownBy(() ->
            pipeline(timeout)
                .call(() -> {
                  moving.sleep(Duration.ofMillis(50).toNanos());
                  moving.sleep(Duration.ofMillis(350).toNanos());
                  return "slow";
                }))
        .isInstanceOf(CallTimeoutException.class);
    assertThat(moving.nanoTime()).isEqualTo(Duration.ofMillis(50).toNanos());
  }

  @Test
  void p21_retryAroundAnOpenBreaker_doesNotWait() {
    CircuitBreaker breaker = breaker().build();
    Retry retry = Retry.builder("museum").timeSource(time).build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);

    assertThatThrownBy(() -> pipeline(retry, breaker).call(() -> "never"))
        .isInstanceOfSatisfying(
            RejectedException.class, refusal -> assertThat(refusal.retryAfter()).contains(OPEN));
    assertThat(retry.retries()).isZero();
  }
}
