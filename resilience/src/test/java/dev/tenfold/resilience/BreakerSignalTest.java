// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening because a result asks for it. */
class BreakerSignalTest {
  private final ManualTimeSource time = new ManualTimeSource();

  record Response(int status, @Nullable Duration retryAfter) {}

  private static final Response FINE = new Response(200, null);
  private static final Response BUSY = new Response(429, Duration.ofSeconds(30));

  private CircuitBreaker.Builder builder() {
    return CircuitBreaker.builder("breaker")
        .consecutiveFailures(2)
        .openFor(Duration.ofSeconds(10))
        .probes(1)
        .timeSource(time)
        .openOn((value, error) ->
            value instanceof Response r && r.status() == 429 ? r.retryAfter() : null);
  }

  private void conclude(CircuitBreaker breaker, long permit, Response response) {
    breaker.exit(permit, time.nanoTime(), time.nanoTime(), null, response, null);
  }

  private long left(CircuitBreaker breaker) {
    return breaker.retryAfterNanos(time.nanoTime());
  }

  @Test
  void openOn_resultThatAsksForIt_opensForSoLong() {
    CircuitBreaker breaker = builder().build();

    conclude(breaker, breaker.admit(0), BUSY);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(left(breaker)).isEqualTo(Duration.ofSeconds(30).toNanos());
    assertThat(breaker.counts().successes()).as("counted like any other").isEqualTo(1);
    assertThat(breaker.counts().opened()).isEqualTo(1);
    long refusal = breaker.admit(0);
    assertThat(Refusal.is(refusal)).isTrue();
    assertThat(Refusal.afterNanos(refusal)).isEqualTo(Duration.ofSeconds(30).toNanos());
  }

  @Test
  void openOn_throughAPipeline_opens() {
    CircuitBreaker breaker = builder().build();
    Pipeline pipeline = Pipeline.of("calls", breaker);

    assertThat(pipeline.tryCall(() -> BUSY)).isInstanceOf(Outcome.Success.class);

    assertThat(pipeline.tryCall(() -> FINE)).isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void openOn_nothingAsked_isJudgedAsUsual() {
    CircuitBreaker breaker = builder().build();
    Pipeline pipeline = Pipeline.of("calls", breaker);
    pipeline.call(() -> FINE);
    pipeline.call(() -> new Response(429, Duration.ofSeconds(-1)));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() ->
              pipeline.call(() -> {
                throw new IllegalStateException();
              }))
          .isInstanceOf(IllegalStateException.class);
    }

    assertThat(left(breaker)).isEqualTo(Duration.ofSeconds(10).toNanos());
    assertThat(breaker.counts().successes()).isEqualTo(2);
    assertThat(breaker.counts().failures()).isEqualTo(2);
  }

  @Test
  void openOn_yearsAsked_opensForAnHour() {
    CircuitBreaker breaker = builder().build();

    conclude(breaker, breaker.admit(0), new Response(429, Duration.ofSeconds(Long.MAX_VALUE)));

    assertThat(left(breaker)).isEqualTo(Duration.ofHours(1).toNanos());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void openOn_notMoreThanZero_isNoFaultAndJudgedAsUsual(long seconds) {
    CircuitBreaker breaker = builder().build();

    conclude(breaker, breaker.admit(0), new Response(429, Duration.ofSeconds(seconds)));

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().faults()).isZero();
    assertThat(breaker.counts().successes()).isEqualTo(1);
  }

  @Test
  void openOn_slowResult_countsAsSlow() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("breaker")
            .slowCalls(Duration.ofSeconds(2), 0.8)
            .openOn((value, error) -> Duration.ofSeconds(5))
            .timeSource(time)
            .build();
    long began = time.nanoTime();
    long permit = breaker.admit(0);
    time.advance(Duration.ofSeconds(2));

    breaker.exit(permit, began, time.nanoTime(), null, BUSY, null);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().slow()).isEqualTo(1);
  }

  @Test
  void openOn_thenProbesFail_isAnOpeningOfTheSameRow() {
    CircuitBreaker breaker =
        builder()
            .openFor(Backoff.exponential(Duration.ofSeconds(10), Duration.ofMinutes(5)))
            .build();
    conclude(breaker, breaker.admit(0), BUSY);
    time.advance(Duration.ofSeconds(30));

    breaker.exit(breaker.admit(0), 0, 0, Verdict.FAILURE);

    assertThat(left(breaker)).as("the second").isEqualTo(Duration.ofSeconds(20).toNanos());
  }

  @Test
  void openOn_throwing_isCountedAndTheResultJudged() {
    CircuitBreaker breaker =
        builder()
            .openOn((value, error) -> {
              throw new NoClassDefFoundError("signal");
            })
            .build();

    conclude(breaker, breaker.admit(0), BUSY);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().successes()).isEqualTo(1);
    assertThat(breaker.counts().faults()).isEqualTo(1);
  }

  @Test
  void openOn_resultOfAnEarlierEpisode_isNotAsked() {
    CircuitBreaker breaker = builder().build();
    long old = breaker.admit(0);
    breaker.openNow(Duration.ofSeconds(1));
    time.advance(Duration.ofSeconds(1));
    conclude(breaker, breaker.admit(0), FINE);

    conclude(breaker, old, BUSY);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().late()).isEqualTo(1);
  }

  @Test
  void openOn_probe_opensAgain() {
    CircuitBreaker breaker = builder().build();
    breaker.openNow(Duration.ofSeconds(1));
    time.advance(Duration.ofSeconds(1));

    conclude(breaker, breaker.admit(0), BUSY);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(left(breaker)).isEqualTo(Duration.ofSeconds(30).toNanos());
    assertThat(breaker.counts().opened()).isEqualTo(2);
  }

  @Test
  void openOn_dryRun_isOnlyReported() {
    CircuitBreaker breaker = builder().mode(BreakerMode.METRICS_ONLY).build();
    conclude(breaker, breaker.admit(0), BUSY);
    conclude(breaker, breaker.admit(0), BUSY);

    assertThat(breaker.counts().wouldOpen()).isEqualTo(1);
    assertThat(breaker.counts().opened()).isZero();
    assertThat(breaker.counts().successes()).isEqualTo(2);
    time.advance(Duration.ofSeconds(30));
    conclude(breaker, breaker.admit(0), BUSY);
    assertThat(breaker.counts().wouldOpen()).isEqualTo(2);
  }

  @Test
  void classifier_onAValue_decidesWhatFails() {
    CircuitBreaker breaker =
        builder()
            .classifier((value, error) ->
                value instanceof Response r && r.status() >= 500 ? Verdict.FAILURE : null)
            .build();
    Pipeline pipeline = Pipeline.of("calls", breaker);
    pipeline.call(() -> new Response(503, null));
    pipeline.call(() -> new Response(503, null));

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }
}
