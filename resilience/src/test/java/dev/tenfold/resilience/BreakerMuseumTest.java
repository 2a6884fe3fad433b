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

/** Failures of other libraries' breakers, each of which must not happen here. */
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

  /**
   * Resilience4j 2.4.0, CircuitBreaker: decorators catch Exception only, so an Error keeps its
   * permit.
   */
  @Test
  void errorsInHalfOpen_doNotWedgeTheBreaker() {
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

  /** Resilience4j 2.4.0 and Failsafe 3.3.2, CircuitBreaker: a call admitted before closes it. */
  @Test
  void lateSuccessWhileAProbeRuns_doesNotCloseTheBreaker() {
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

  /** Resilience4j 2.4.0 and Failsafe 3.3.2, CircuitBreaker: the same with a blocking call. */
  @Test
  void lateSuccessOfABlockingCall_doesNotCloseTheBreaker() {
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

  /**
   * Resilience4j 2.4.0, CircuitBreakerStateMachine: releasePermission counts up without a bound.
   */
  @Test
  void lateIgnoredResults_doNotMultiplyProbes() {
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

  /**
   * Resilience4j 2.4.0, CircuitBreaker.executeCompletionStage: a recordResult that throws hangs it.
   */
  @Test
  void throwingClassifierInAnAsyncCall_stillCompletesTheFuture() {
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

  /** Failsafe 3.3.2, CircuitBreaker: a probe that its caller cancels counts as a failure. */
  @Test
  void callerCancellingTheProbe_isNoFailure() {
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

  /** Resilience4j #544: the last probe ended in an ignored exception; half-open for ever. */
  @Test
  void lastProbeEndsIgnored_givesItsPlaceBack() {
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

  /** Resilience4j #562, #646, #674: two threads left OPEN at once, and one threw. */
  @Test
  void threadsThatFindTheOpenTimeOver_changeTheStateOnce() {
    for (int round = 0; round < 50; round++) {
      CircuitBreaker breaker = breaker().probes(2).build();
      heard.clear();
      openAndWait(breaker);

      race(breaker, 4);

      assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to HALF_OPEN");
    }
  }

  /** Resilience4j #1432, and #2038 by its repair: a thread that lost the race took no permit. */
  @Test
  void threadsThatFindTheOpenTimeOver_areNotMoreThanTheProbes() {
    for (int round = 0; round < 50; round++) {
      CircuitBreaker breaker = breaker().probes(3).build();
      openAndWait(breaker);

      assertThat(race(breaker, 6)).isEqualTo(3);
    }
  }

  /** Resilience4j #991: the timer of half-open fired although the state was FORCED_OPEN. */
  @Test
  void forcedOpen_outlastsTheOpenTimeThatBeganBefore() {
    CircuitBreaker breaker = breaker().build();
    exit(breaker, breaker.enter(0), Verdict.FAILURE);
    breaker.switchTo(BreakerMode.FORCED_OPEN);
    assertThat(time.pending()).as("no timer").isZero();
    time.advance(OPEN.multipliedBy(3));

    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
    assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
  }

  /** Resilience4j 2.4.0, CircuitBreakerStateMachine: an orphan timer ends a later open period. */
  @Test
  void secondOpening_isNotCutShortByTheFirst() {
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

  /** Resilience4j #2034: a scheduler that was shut down threw in the midst of a change of state. */
  @Test
  void everythingThrowsWhileTheStateChanges_wedgesNothing() {
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

  /** Resilience4j #682: a cancelled call was recorded as a failure. */
  @Test
  void cancelledCall_isNeitherAFailureNorASuccess() {
    CircuitBreaker breaker = breaker().build();
    Pipeline pipeline = pipeline(breaker);
    for (int i = 0; i < 10; i++) {
      pipeline.callAsync(CompletableFuture::new).cancel(true);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().failures()).isZero();
    assertThat(breaker.counts().successes()).isZero();
  }

  /**
   * Resilience4j #1123, #2013: a timeout inside the breaker did not count, so nothing opened it.
   */
  @Test
  void timeoutInside_opensTheBreaker() {
    CircuitBreaker breaker = breaker().build();
    Timeout timeout = Timeout.builder("museum", Duration.ofSeconds(1)).timeSource(time).build();
    CompletableFuture<String> future = pipeline(breaker, timeout).callAsync(CompletableFuture::new);
    time.advance(Duration.ofSeconds(1));

    assertThat(future).isCompletedExceptionally();
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  /** Resilience4j #2013: an exception inside a CompletionException was not recognised. */
  @Test
  void wrappedException_reachesTheClassifierBare() {
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

  /** Resilience4j #1437: one event was published twice. */
  @Test
  void oneChange_isHeardOnce() {
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

  /** Failsafe #391: permits of half-open were returned, so more calls than configured probed. */
  @Test
  void probesThatCameBack_makeNoRoomForMoreThanConfigured() {
    CircuitBreaker breaker = breaker().probes(3).probeSuccessRate(1).build();
    openAndWait(breaker);
    exit(breaker, breaker.enter(0), Verdict.SUCCESS);
    exit(breaker, breaker.enter(0), Verdict.SUCCESS);

    assertThat(breaker.enter(0)).isNotEqualTo(Gate.REFUSED);
    assertThat(breaker.enter(0)).as("a fourth call").isEqualTo(Gate.REFUSED);
  }

  /** Polly #216, #223: calls from before the opening reopened or closed the breaker. */
  @Test
  void overhangingCalls_neitherReopenNorClose() {
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

  /** As Resilience4j #544, by probes that never end. */
  @ParameterizedTest(name = "a call every {0} ms")
  @ValueSource(ints = {10, 5_000})
  void everyProbeHangsUnderSteadyCalls_doesNotKeepItHalfOpen(int millis) {
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

  /** SmallRye Fault Tolerance #320: half-open counted skipped exceptions as failures. */
  @Test
  void exceptionsThatDoNotCount_doNotFailAProbe() {
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
