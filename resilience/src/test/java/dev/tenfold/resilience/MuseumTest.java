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
 * Failures that other libraries have or had, each of which must not happen here. Each test cites
 * the public issue of the library, or the class and the version in which the failure was seen. Here
 * are those of whole pipelines; {@link BreakerMuseumTest}, {@link BulkheadMuseumTest}, {@link
 * RateLimiterMuseumTest}, {@link RetryMuseumTest}, {@link TimeoutMuseumTest} and {@link
 * WindowMuseumTest} have the others.
 *
 * <p>What is not among them, since it cannot concern this library as it stands:
 *
 * <ul>
 *   <li>Resilience4j #2489, the limit lowered below what is available: limits are final.
 *   <li>Resilience4j #1115 and #2243, buffers of events and registries of their consumers: a
 *       listener is an argument of the builder, and nothing is kept for it.
 *   <li>Failsafe #240, {@code handleResult(null)} that fires on every exception: one classifier is
 *       given both.
 *   <li>Polly #1687, pooled contexts of hedges: there is no hedging and no pool.
 *   <li>Sentinel #3309, the window before this one where there is but one: windows are not asked
 *       for it.
 *   <li>SmallRye Fault Tolerance, tasks that no queue shows: a bulkhead has no threads, and its
 *       queue is {@link PermitsTest}'s.
 *   <li>Netflix concurrency-limits #65 and #125, gradients above one and poisoned minima: there are
 *       no adaptive limits.
 *   <li>gRPC Java #9185, #9340 and #10314, hedges that race each other and buffers of streams to
 *       replay: there are neither.
 *   <li>Failsafe-go #141, hedges whose budget ends the first call: there is no hedging.
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

  /** Resilience4j #1718: the second attempt threw at once, and the stage never completed. */
  @Test
  void supplierThrowingOnTheSecondAttempt_completesTheFuture() {
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

  /** Resilience4j 2.4.0, IntervalFunction.ofExponentialRandomBackoff: at the cap one value only. */
  @Test
  void jitterAtTheCap_staysRandom() {
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

  /** Resilience4j #1476: later attempts did not see the context of the caller. */
  @Test
  void contextOfTheCaller_isThereAtLaterAttempts() {
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

  /** Failsafe #52, and Resilience4j 2.4.0, Retry: 47 more attempts after the cancellation. */
  @Test
  void cancellingTheFuture_stopsTheRetriesAndTheTimer() {
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

  /**
   * Resilience4j 2.4.0, Retry around an open CircuitBreaker: fails after two backoffs of 500 ms.
   */
  @Test
  void retryAroundAnOpenBreaker_doesNotWait() {
    CircuitBreaker breaker = breaker().build();
    Retry retry = Retry.builder("museum").timeSource(time).build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);

    assertThatThrownBy(() -> pipeline(retry, breaker).call(() -> "never"))
        .isInstanceOfSatisfying(
            RejectedException.class, refusal -> assertThat(refusal.retryAfter()).contains(OPEN));
    assertThat(retry.retries()).isZero();
  }

  /** Resilience4j #1003: the supplier of an Either took two permits per call. */
  @Test
  void oneCall_isAdmittedOnce() {
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

  /** Failsafe #206: a fallback's success was reported as a failure. */
  @Test
  void fallback_makesASuccessOfTheCallAndAFailureOfWhatFailed() {
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

  /** Failsafe #361: a completed future kept its execution. */
  @Test
  void futureOfACallThatEnded_keepsNothingOfIt() {
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

  /** gRPC Java #13034: a cancellation that raced the start leaked the stream. */
  @Test
  void cancelWhileTheCallStarts_leaksNothing() {
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
