// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Failures of other libraries' breakers, each of which must not happen here. {@link MuseumTest}
 * says what the names mean.
 */
@org.junit.jupiter.api.Timeout(30)
class BreakerMuseumTest {
  private static final Duration OPEN = Duration.ofSeconds(10);

  private final ManualTimeSource time = new ManualTimeSource();
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  private CircuitBreaker.Builder breaker() {
    return CircuitBreaker.builder("museum")
        .consecutiveFailures(1)
        .openFor(OPEN)
        .timeSource(time)
        .onStateChange((from, to) -> heard.add(from + " to " + to));
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("museum", policies).executor(Runnable::run).build();
  }

  private void exit(CircuitBreaker breaker, long permit, Verdict verdict) {
    breaker.exit(permit, time.nanoTime(), time.nanoTime(), verdict);
  }

  private void openAndWait(CircuitBreaker breaker) {
    exit(breaker, breaker.enter(0), Verdict.FAILURE);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    time.advance(OPEN);
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
  }

  /** Enters from several threads at once and returns how many were let in. */
  private static int race(CircuitBreaker breaker, int threads) {
    CyclicBarrier together = new CyclicBarrier(threads);
    AtomicInteger admitted = new AtomicInteger();
    List<CompletableFuture<Void>> racers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      CompletableFuture<Void> racer = new CompletableFuture<>();
      racers.add(racer);
      new Thread(
              () -> {
                try {
                  together.await();
                  if (breaker.enter(0) != Gate.REFUSED) {
                    admitted.incrementAndGet();
                  }
                  racer.complete(null);
                } catch (Throwable thrown) {
                  racer.completeExceptionally(thrown);
                }
              })
          .start();
    }
    racers.forEach(CompletableFuture::join);
    return admitted.get();
  }

  @Test
  void p01_errorsInHalfOpen_doNotWedgeTheBreaker() {
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

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    time.advance(OPEN);
    assertThat(pipeline.call(() -> 1) + pipeline.call(() -> 1)).isEqualTo(2);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void p02_lateSuccessWhileAProbeRuns_doesNotCloseTheBreaker() {
    CircuitBreaker breaker = breaker().probes(1).build();
    Pipeline pipeline = pipeline(breaker);
    CompletableFuture<String> old = new CompletableFuture<>();
    pipeline.callAsync(() -> old);
    openAndWait(breaker);
    CompletableFuture<String> probe = new CompletableFuture<>();
    pipeline.callAsync(() -> probe);

    old.complete("late");

    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    assertThat(breaker.counts().late()).isEqualTo(1);
    assertThat(pipeline.tryCall(() -> "second probe")).isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void p19_lateSuccessOfABlockingCall_doesNotCloseTheBreaker() {
    CircuitBreaker breaker = breaker().probes(1).build();
    Pipeline pipeline = pipeline(breaker);

    String late =
        pipeline.call(() -> {
          openAndWait(breaker);
          pipeline.callAsync(() -> new CompletableFuture<>());
          return "late";
        });

    assertThat(late).isEqualTo("late");
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    assertThat(breaker.counts().late()).isEqualTo(1);
    assertThat(pipeline.tryCall(() -> "second probe")).isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void p03_lateIgnoredResults_doNotMultiplyProbes() {
    CircuitBreaker breaker = breaker().probes(1).build();
    long[] old = new long[5];
    for (int i = 0; i < old.length; i++) {
      old[i] = breaker.enter(0);
    }
    openAndWait(breaker);
    assertThat(breaker.enter(0)).isNotEqualTo(Gate.REFUSED);
    for (long permit : old) {
      exit(breaker, permit, Verdict.IGNORED);
    }

    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
  }

  @Test
  void p04_throwingClassifierInAnAsyncCall_stillCompletesTheFuture() {
    CircuitBreaker breaker =
        breaker()
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
  void p14_injectedClock_rulesTheWindow() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum").window(Duration.ofSeconds(5)).timeSource(time).build();
    Pipeline pipeline = pipeline(breaker);
    pipeline.call(() -> "remembered");
    assertThat(breaker.counts().windowCalls()).isEqualTo(1);

    time.advance(Duration.ofHours(1));

    assertThat(breaker.counts().windowCalls()).isZero();
    assertThat(breaker.counts().successes()).isEqualTo(1);
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
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    assertThat(pipeline.call(() -> "next probe")).isEqualTo("next probe");
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void h01_lastProbeEndsIgnored_givesItsPlaceBack() {
    CircuitBreaker breaker =
        breaker()
            .probes(2)
            .probeSuccessRate(1)
            .classifier((value, error) -> error instanceof IOException ? Verdict.IGNORED : null)
            .build();
    Pipeline pipeline = pipeline(breaker);
    openAndWait(breaker);
    pipeline.call(() -> "first");
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() ->
              pipeline.call(() -> {
                throw new IOException();
              }))
          .isInstanceOf(IOException.class);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    pipeline.call(() -> "last");
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void h02_threadsThatFindTheOpenTimeOver_changeTheStateOnce() {
    for (int round = 0; round < 50; round++) {
      CircuitBreaker breaker = breaker().probes(2).build();
      heard.clear();
      openAndWait(breaker);

      race(breaker, 4);

      assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to HALF_OPEN");
    }
  }

  @Test
  void h03_threadsThatFindTheOpenTimeOver_areNotMoreThanTheProbes() {
    for (int round = 0; round < 50; round++) {
      CircuitBreaker breaker = breaker().probes(3).build();
      openAndWait(breaker);

      assertThat(race(breaker, 6)).isEqualTo(3);
    }
  }

  @Test
  void h04_forcedOpen_outlastsTheOpenTimeThatBeganBefore() {
    CircuitBreaker breaker = breaker().build();
    exit(breaker, breaker.enter(0), Verdict.FAILURE);
    breaker.switchTo(BreakerMode.FORCED_OPEN);
    assertThat(time.pending()).as("no timer").isZero();
    time.advance(OPEN.multipliedBy(3));

    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
    assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
  }

  @Test
  void h04_secondOpening_isNotCutShortByTheFirst() {
    CircuitBreaker breaker = breaker().build();
    exit(breaker, breaker.enter(0), Verdict.FAILURE);
    time.advance(OPEN.dividedBy(2));
    breaker.switchTo(BreakerMode.DISABLED);
    breaker.switchTo(BreakerMode.AUTOMATIC);
    exit(breaker, breaker.enter(0), Verdict.FAILURE);

    time.advance(OPEN.minusNanos(1));

    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
    time.advance(Duration.ofNanos(1));
    assertThat(breaker.enter(0)).isNotEqualTo(Gate.REFUSED);
  }

  @Test
  void h05_everythingThrowsWhileTheStateChanges_wedgesNothing() {
    boolean[] broken = {true};
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum")
            .consecutiveFailures(1)
            .probes(1)
            .timeSource(time)
            .openFor((failures, random) -> {
              throw new IllegalStateException("backoff");
            })
            .onStateChange((from, to) -> {
              if (broken[0]) {
                throw new IllegalStateException("listener");
              }
            })
            .build();
    exit(breaker, breaker.enter(0), Verdict.FAILURE);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    time.advance(Duration.ofSeconds(10));
    exit(breaker, breaker.enter(0), Verdict.SUCCESS);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.enter(0)).isNotEqualTo(Gate.REFUSED);
    assertThat(breaker.counts().faults()).isEqualTo(4);
  }

  @Test
  void h07_manyLapsOfTheWindow_leaveNoCounterBehind() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum")
            .window(Duration.ofSeconds(1))
            .minimumCalls(1_000_000)
            .slowCalls(Duration.ofMillis(1), 1)
            .timeSource(time)
            .build();
    for (int i = 0; i < 1_000; i++) {
      long permit = breaker.enter(0);
      long began = time.nanoTime();
      time.advance(Duration.ofMillis(i % 3));
      breaker.exit(permit, began, time.nanoTime(), i % 2 == 0 ? Verdict.FAILURE : Verdict.SUCCESS);
    }
    assertThat(breaker.counts().windowSlow()).isGreaterThan(0);
    time.advance(Duration.ofSeconds(1));

    assertThat(breaker.counts().windowCalls()).isZero();
    assertThat(breaker.counts().windowFailures()).isZero();
    assertThat(breaker.counts().windowSlow()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void h08_tinyWindow_turnsWithoutEnd(int size) {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum").window(size).failureRate(1).timeSource(time).build();
    for (int i = 0; i < 50; i++) {
      exit(breaker, breaker.enter(0), Verdict.SUCCESS);
    }
    for (int i = 0; i < size; i++) {
      assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
      exit(breaker, breaker.enter(0), Verdict.FAILURE);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void h10_cancelledCall_isNeitherAFailureNorASuccess() {
    CircuitBreaker breaker = breaker().build();
    Pipeline pipeline = pipeline(breaker);
    for (int i = 0; i < 10; i++) {
      pipeline.callAsync(CompletableFuture::new).cancel(true);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().failures()).isZero();
    assertThat(breaker.counts().successes()).isZero();
  }

  @Test
  void h12_timeoutInside_opensTheBreaker() {
    CircuitBreaker breaker = breaker().build();
    Timeout timeout = Timeout.builder("museum", Duration.ofSeconds(1)).timeSource(time).build();
    CompletableFuture<String> future = pipeline(breaker, timeout).callAsync(CompletableFuture::new);
    time.advance(Duration.ofSeconds(1));

    assertThat(future).isCompletedExceptionally();
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void h12_wrappedException_reachesTheClassifierBare() {
    List<Object> seen = new ArrayList<>();
    CircuitBreaker breaker =
        breaker()
            .classifier((value, error) -> {
              seen.add(error == null ? "nothing" : error.getClass());
              return null;
            })
            .build();
    CompletableFuture<String> stage = new CompletableFuture<>();
    pipeline(breaker).callAsync(() -> stage.thenApply(text -> text));
    stage.completeExceptionally(new CompletionException(new IOException()));

    assertThat(seen).containsExactly(IOException.class);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void h14_oneChange_isHeardOnce() {
    CircuitBreaker breaker = breaker().probes(1).build();
    List<Long> permits = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      permits.add(breaker.enter(0));
    }
    permits.forEach(permit -> exit(breaker, permit, Verdict.FAILURE));
    time.advance(OPEN);
    exit(breaker, breaker.enter(0), Verdict.SUCCESS);

    assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to HALF_OPEN", "HALF_OPEN to CLOSED");
  }

  @Test
  void h16_probesThatCameBack_makeNoRoomForMoreThanConfigured() {
    CircuitBreaker breaker = breaker().probes(3).probeSuccessRate(1).build();
    openAndWait(breaker);
    exit(breaker, breaker.enter(0), Verdict.SUCCESS);
    exit(breaker, breaker.enter(0), Verdict.SUCCESS);

    assertThat(breaker.enter(0)).isNotEqualTo(Gate.REFUSED);
    assertThat(breaker.enter(0)).as("a fourth call").isEqualTo(Gate.REFUSED);
  }

  @Test
  void h18_overhangingCalls_neitherReopenNorClose() {
    CircuitBreaker breaker = breaker().probes(1).build();
    List<Long> permits = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      permits.add(breaker.enter(0));
    }
    openAndWait(breaker);
    long probe = breaker.enter(0);
    for (int i = 0; i < 5; i++) {
      exit(breaker, permits.get(i), Verdict.FAILURE);
    }
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    assertThat(breaker.enter(0)).as("no stampede").isEqualTo(Gate.REFUSED);
    exit(breaker, probe, Verdict.SUCCESS);
    for (int i = 5; i < 10; i++) {
      exit(breaker, permits.get(i), Verdict.FAILURE);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().opened()).isEqualTo(1);
    assertThat(breaker.counts().late()).isEqualTo(10);
  }

  @ParameterizedTest(name = "a call every {0} ms")
  @ValueSource(ints = {10, 5_000})
  void h01_everyProbeHangsUnderSteadyCalls_doesNotKeepItHalfOpen(int millis) {
    Backoff longer = Backoff.exponential(OPEN, Duration.ofMinutes(5));
    CircuitBreaker breaker = breaker().openFor(longer).build();
    openAndWait(breaker);
    int hanging = 0;
    for (int passed = 0; passed < 6_000_000; passed += millis) {
      hanging += breaker.enter(0) == Gate.REFUSED ? 0 : 1;
      time.advance(Duration.ofMillis(millis));
    }

    assertThat(breaker.counts().opened()).as("openings in 100 minutes").isBetween(20L, 30L);
    assertThat(hanging).as("probes, each of which hangs").isLessThanOrEqualTo(5 * 30);
  }

  @Test
  void h19_readingThatGoesBack_losesNothing() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum")
            .window(Duration.ofSeconds(1))
            .minimumCalls(4)
            .timeSource(time)
            .build();
    long now = Duration.ofMinutes(5).toNanos();
    for (long nanos : new long[] {now, now - 800_000_000L, now - OPEN.toNanos(), -now}) {
      assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
      breaker.exit(breaker.enter(0), nanos, nanos, Verdict.FAILURE);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().failures()).isEqualTo(4);
  }

  @Test
  void h20_exceptionsThatDoNotCount_doNotFailAProbe() {
    CircuitBreaker breaker =
        breaker()
            .probes(1)
            .classifier((value, error) ->
                error instanceof IllegalArgumentException ? Verdict.IGNORED : null)
            .build();
    Pipeline pipeline = pipeline(breaker);
    openAndWait(breaker);

    assertThatThrownBy(() ->
            pipeline.call(() -> {
              throw new IllegalArgumentException();
            }))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    assertThat(breaker.counts().failures()).isEqualTo(1);
    pipeline.call(() -> "well");
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }
}
