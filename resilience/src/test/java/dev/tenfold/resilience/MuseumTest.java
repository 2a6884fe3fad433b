// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Failures that other libraries have or had, each of which must not happen here: {@code p} and a
 * number is a probe that found it in a current release, {@code h} and a number an entry in the
 * history of their trackers. Here are those of whole pipelines; {@link BreakerMuseumTest}, {@link
 * BulkheadMuseumTest}, {@link RateLimiterMuseumTest}, {@link RetryMuseumTest} and {@link
 * TimeoutMuseumTest} have the others.
 *
 * <p>What is not among them, since it cannot concern this library as it stands:
 *
 * <ul>
 *   <li>p09, p10, p12, p13, p16, p17, h11, h15: numbers without an entry.
 *   <li>h09, the limit lowered below what is available: limits are final.
 *   <li>h14, buffers of events and registries of their consumers: a listener is an argument of the
 *       builder, and nothing is kept for it.
 *   <li>h17, {@code handleResult(null)} that fires on every exception: one classifier is given
 *       both.
 *   <li>h18, pooled contexts of hedges: there is no hedging and no pool.
 *   <li>h19, the window before this one where there is but one: windows are not asked for it.
 *   <li>h20, tasks that no queue shows: a bulkhead has no threads, and its queue is {@link
 *       PermitsTest}'s.
 *   <li>h21, gradients above one and poisoned minima: there are no adaptive limits.
 *   <li>h22, hedges that race each other and buffers of streams to replay: there are neither.
 *   <li>h23, hedges whose budget ends the first call: there is no hedging.
 * </ul>
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
  void p05_supplierThrowingOnTheSecondAttempt_completesTheFuture() {
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
  void p06_jitterAtTheCap_staysRandom() {
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
  void p07_contextOfTheCaller_isThereAtLaterAttempts() {
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
  void p21_retryAroundAnOpenBreaker_doesNotWait() {
    CircuitBreaker breaker = breaker().build();
    Retry retry = Retry.builder("museum").timeSource(time).build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);

    assertThatThrownBy(() -> pipeline(retry, breaker).call(() -> "never"))
        .isInstanceOfSatisfying(
            RejectedException.class, refusal -> assertThat(refusal.retryAfter()).contains(OPEN));
    assertThat(retry.retries()).isZero();
  }

  @Test
  void h06_oneCall_isAdmittedOnce() {
    Bulkhead bulkhead = Bulkhead.builder("museum", 1).timeSource(time).build();
    RateLimiter limiter =
        RateLimiter.builder("museum", 3, Duration.ofHours(1)).burst(3).timeSource(time).build();
    Pipeline pipeline = pipeline(limiter, bulkhead);

    assertThat(pipeline.call(() -> "call")).isEqualTo("call");
    assertThat(pipeline.tryCall(() -> "outcome")).isEqualTo(new Outcome.Success<>("outcome"));
    assertThat(pipeline.callAsync(() -> CompletableFuture.completedFuture("stage")))
        .isCompletedWithValue("stage");

    assertThat(limiter.available()).isZero();
    assertThat(limiter.refused()).isZero();
    assertThat(bulkhead.refused()).isZero();
  }

  @Test
  void h17_fallback_makesASuccessOfTheCallAndAFailureOfWhatFailed() {
    CircuitBreaker breaker = breaker().build();
    Fallback<String> fallback = Fallback.value("n/a");

    assertThat(
            pipeline(breaker)
                .<String, IllegalStateException>call(
                    () -> {
                      throw new IllegalStateException("down");
                    },
                    fallback))
        .isEqualTo("n/a");
    assertThat(breaker.counts().failures()).isEqualTo(1);
  }

  @Test
  void h17_futureOfACallThatEnded_keepsNothingOfIt() {
    CircuitBreaker breaker = breaker().build();
    Retry retry = Retry.builder("museum").timeSource(time).build();
    Timeout timeout = Timeout.builder("museum", OPEN).timeSource(time).build();
    List<CompletableFuture<String>> kept = new ArrayList<>();
    WeakReference<byte[]> payload = call(pipeline(timeout, retry, breaker), kept);
    for (int i = 0; i < 100 && payload.get() != null; i++) {
      System.gc();
    }

    assertThat(payload.get()).isNull();
    assertThat(kept).allMatch(CompletableFuture::isDone);
  }

  private static WeakReference<byte[]> call(
      Pipeline pipeline, List<CompletableFuture<String>> into) {
    byte[] payload = new byte[1_000];
    CompletableFuture<String> stage = new CompletableFuture<>();
    into.add(stage);
    into.add(pipeline.callAsync(() -> stage.thenApply(text -> text + payload.length)));
    stage.complete("done");
    return new WeakReference<>(payload);
  }

  @Test
  void h22_cancelWhileTheCallStarts_leaksNothing() {
    Bulkhead bulkhead = Bulkhead.builder("museum", 1).timeSource(time).build();
    Retry retry = Retry.builder("museum").maxAttempts(9).timeSource(time).build();
    List<CompletableFuture<String>> future = new ArrayList<>();
    List<CompletableFuture<String>> stages = new ArrayList<>();
    future.add(
        pipeline(retry, bulkhead)
            .callAsync(() -> {
              if (future.isEmpty()) {
                throw new IllegalStateException("first");
              }
              future.get(0).cancel(true);
              stages.add(new CompletableFuture<>());
              return stages.get(0);
            }));
    time.advance(OPEN);

    assertThat(stages).hasSize(1).allMatch(CompletableFuture::isCancelled);
    assertThat(bulkhead.available()).isEqualTo(1);
    assertThat(time.pending()).isZero();
  }
}
