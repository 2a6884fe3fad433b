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

  private void openAndWait(CircuitBreaker breaker) {
    breaker.exit(breaker.enter(0), 0, time.nanoTime(), Verdict.FAILURE);
    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    time.advance(OPEN);
    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
  }

  @Test
  void p1_errorsInHalfOpen_doNotWedgeTheBreaker() {
    CircuitBreaker breaker = breaker().probes(2).probeSuccessRate(0.5).build();
    Pipeline pipeline = pipeline(breaker);
    openAndWait(breaker);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() ->
              pipeline.call(() -> {
                throw new StackOverflowError();
              }))
          .isInstanceOf(StackOverflowError.class);
    }

    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    time.advance(OPEN);
    assertThat(pipeline.call(() -> 1) + pipeline.call(() -> 1)).isEqualTo(2);
    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
  }

  @Test
  void p2AndP19_lateSuccessOfAnEarlierEpisode_doesNotCloseTheBreaker() {
    CircuitBreaker breaker = breaker().probes(1).build();
    Pipeline pipeline = pipeline(breaker);
    CompletableFuture<String> old = new CompletableFuture<>();
    pipeline.callAsync(() -> old);
    openAndWait(breaker);
    CompletableFuture<String> probe = new CompletableFuture<>();
    pipeline.callAsync(() -> probe);

    old.complete("late");

    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
    assertThat(breaker.counts().late()).isEqualTo(1);
    assertThat(pipeline.tryCall(() -> "second probe")).isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void p3_lateIgnoredResults_doNotMultiplyProbes() {
    CircuitBreaker breaker = breaker().probes(1).build();
    long[] old = new long[5];
    for (int i = 0; i < old.length; i++) {
      old[i] = breaker.enter(0);
    }
    openAndWait(breaker);
    assertThat(breaker.enter(0)).isNotEqualTo(Gate.REFUSED);
    for (long permit : old) {
      breaker.exit(permit, 0, 0, Verdict.IGNORED);
    }

    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
  }

  @Test
  void p4_throwingClassifierInAnAsyncCall_stillCompletesTheFuture() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum")
            .timeSource(time)
            .classifier((value, error) -> {
              throw new NoClassDefFoundError("classifier");
            })
            .build();

    CompletableFuture<String> future =
        pipeline(breaker).callAsync(() -> CompletableFuture.completedFuture("paid"));

    assertThat(future).isCompletedWithValue("paid");
    assertThat(breaker.counts().faults()).isEqualTo(1);
    assertThat(breaker.counts().successes()).isEqualTo(1);
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
  void p18_callerCancellingTheProbe_isNoFailure() {
    CircuitBreaker breaker = breaker().probes(1).build();
    Pipeline pipeline = pipeline(breaker);
    openAndWait(breaker);
    CompletableFuture<String> inner = new CompletableFuture<>();
    CompletableFuture<String> probe = pipeline.callAsync(() -> inner);

    probe.cancel(true);

    assertThat(inner).isCancelled();
    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
    assertThat(pipeline.call(() -> "next probe")).isEqualTo("next probe");
    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
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

  @Test
  void p22AndP23_fullBulkheadInsideABreaker_doesNotOpenIt() {
    CircuitBreaker breaker = breaker().build();
    Bulkhead bulkhead = Bulkhead.builder("museum", 1).timeSource(time).build();
    Pipeline pipeline = pipeline(breaker, bulkhead);
    CompletableFuture<String> running = new CompletableFuture<>();
    pipeline.callAsync(() -> running);
    for (int i = 0; i < 10; i++) {
      assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
    }

    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    assertThat(breaker.counts().failures()).isZero();
    assertThat(bulkhead.refused()).isEqualTo(10);
  }
}
