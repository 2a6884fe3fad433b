// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Latency;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TelemetryTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();

  private double read(String meter) {
    return telemetry.read("tenfold.resilience." + meter);
  }

  @Test
  void pipeline_blockingCalls_showTheGoldenSignals() {
    Bulkhead full = Bulkhead.builder("full", 1).timeSource(time).build();
    Pipeline pipeline = Pipeline.builder("payments", full).telemetry(telemetry).build();

    pipeline.run(() -> time.advance(Duration.ofMillis(5)));
    assertThatThrownBy(() -> pipeline.run(() -> time.advance(Duration.ofSeconds(-1))))
        .isInstanceOf(IllegalArgumentException.class);
    pipeline.run(() -> assertThat(pipeline.tryCall(() -> 1)).isInstanceOf(Outcome.Rejected.class));

    assertThat(read("pipeline.calls name=payments")).isEqualTo(4);
    assertThat(read("pipeline.failures name=payments")).isEqualTo(1);
    assertThat(read("pipeline.refused name=payments")).isEqualTo(1);
    assertThat(telemetry.latencies("tenfold.resilience.pipeline.latency name=payments"))
        .containsExactly(5_000_000L, 0L, 0L);
  }

  @Test
  void pipeline_latencyDisabled_recordsNothing() {
    Telemetry deaf =
        new RecordingTelemetry() {
          @Override
          public Latency latency(String name, Tags tags) {
            return new Latency() {
              @Override
              public boolean enabled() {
                return false;
              }

              @Override
              public void record(long nanos) {
                throw new AssertionError("recorded " + nanos + " ns");
              }
            };
          }
        };
    Bulkhead bulkhead = Bulkhead.builder("pool", 1).timeSource(time).build();
    Pipeline pipeline = Pipeline.builder("payments", bulkhead).telemetry(deaf).build();

    assertThat(pipeline.<String, RuntimeException>call(() -> "value")).isEqualTo("value");
    assertThat(pipeline.callAsync(() -> CompletableFuture.completedFuture("value")))
        .isCompletedWithValue("value");
    assertThat(pipeline.faults()).isZero();
  }

  @Test
  void pipeline_asynchronousCalls_showTheGoldenSignals() {
    Retry retry = Retry.builder("outermost").timeSource(time).build();
    Bulkhead full = Bulkhead.builder("full", 1).timeSource(time).build();
    Pipeline pipeline = Pipeline.builder("payments", full, retry).telemetry(telemetry).build();
    CompletableFuture<Integer> slow = new CompletableFuture<>();

    CompletableFuture<Integer> first = pipeline.callAsync(() -> slow);
    assertThat(pipeline.callAsync(() -> slow, Fallback.value(9))).isCompletedWithValue(9);
    time.advance(Duration.ofMillis(7));
    slow.complete(1);
    pipeline.callAsync(CompletableFuture::new).cancel(true);

    assertThat(first).isCompletedWithValue(1);
    assertThat(read("pipeline.calls name=payments")).isEqualTo(3);
    assertThat(read("pipeline.failures name=payments")).isZero();
    assertThat(read("pipeline.refused name=payments")).isEqualTo(1);
    assertThat(telemetry.latencies("tenfold.resilience.pipeline.latency name=payments"))
        .containsExactly(7_000_000L);
  }

  @Test
  void breaker_opening_isSeenInStateCountersAndEvents() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("backend")
            .consecutiveFailures(1)
            .openFor(Duration.ofSeconds(1))
            .timeSource(time)
            .telemetry(telemetry)
            .build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    breaker.enter(0);

    assertThat(read("breaker.state name=backend")).isEqualTo(2);
    assertThat(read("breaker.failures name=backend")).isEqualTo(1);
    assertThat(read("breaker.refused name=backend")).isEqualTo(1);
    assertThat(telemetry.events()).containsExactly("tenfold.resilience.breaker.open name=backend");
    time.advance(Duration.ofSeconds(1));
    assertThat(read("breaker.state name=backend")).isEqualTo(1);
  }

  @Test
  void limiter_permits_areSeen() {
    RateLimiter limiter =
        RateLimiter.builder("quota", 10, Duration.ofSeconds(1))
            .burst(1)
            .maxWait(Duration.ofMillis(100))
            .timeSource(time)
            .telemetry(telemetry)
            .build();
    assertThat(read("ratelimiter.available name=quota")).isEqualTo(1);
    limiter.enter(0);
    limiter.enter(0);
    limiter.weighing(1).enter(0);

    assertThat(read("ratelimiter.available name=quota")).isZero();
    assertThat(read("ratelimiter.waited name=quota")).isEqualTo(1);
    assertThat(read("ratelimiter.refused name=quota")).isEqualTo(1);
  }

  @Test
  void bulkhead_callsInFlight_areSeen() {
    Bulkhead bulkhead = Bulkhead.builder("pool", 1).telemetry(telemetry).build();
    bulkhead.enter(0);
    bulkhead.enter(0);

    assertThat(read("bulkhead.inflight name=pool")).isEqualTo(1);
    assertThat(read("bulkhead.refused name=pool")).isEqualTo(1);
    assertThat(read("bulkhead.limit name=pool")).isEqualTo(1);
  }

  @Test
  void pipeline_exitThatKeepsThrowing_isCountedAndReportedOnce() {
    TestGate broken = new TestGate("broken", 0).failingExit(new IllegalStateException());
    Pipeline pipeline = Pipeline.builder("calls", broken).telemetry(telemetry).build();
    for (int i = 0; i < 5; i++) {
      pipeline.call(() -> "value");
    }

    assertThat(read("faults name=calls,policy=pipeline")).isEqualTo(5);
    assertThat(telemetry.events()).hasSize(1);
  }

  @Test
  void pipeline_telemetryThatThrowsToo_leaksNoPermit() {
    Bulkhead bulkhead = Bulkhead.builder("pool", 1).build();
    TestGate broken = new TestGate("broken", 0).failingExit(new IllegalStateException());
    Telemetry failing =
        new RecordingTelemetry() {
          @Override
          public void event(String name, Tags tags) {
            throw new IllegalArgumentException(name);
          }
        };
    Pipeline pipeline = Pipeline.builder("calls", bulkhead, broken).telemetry(failing).build();

    assertThat(pipeline.<String, RuntimeException>call(() -> "value")).isEqualTo("value");
    assertThat(bulkhead.inFlight()).isZero();
    assertThat(pipeline.faults()).isEqualTo(2);
  }

  @Test
  void classifier_saysAbandoned_isAFaultAndTheDefaultHolds() {
    Classifier wrong = (value, error) -> Verdict.ABANDONED;
    CircuitBreaker breaker =
        CircuitBreaker.builder("b")
            .consecutiveFailures(2)
            .classifier(wrong)
            .timeSource(time)
            .telemetry(telemetry)
            .build();
    Retry retry =
        Retry.builder("r")
            .maxAttempts(2)
            .backoff(Backoff.constant(Duration.ZERO))
            .classifier(wrong)
            .timeSource(time)
            .telemetry(telemetry)
            .build();
    Pipeline pipeline = Pipeline.of("p", retry, breaker);

    assertThat(pipeline.call(() -> "value")).isEqualTo("value");
    assertThatThrownBy(() ->
            pipeline.call(() -> {
              throw new IllegalStateException("down");
            }))
        .hasMessage("down");

    assertThat(retry.retries()).isEqualTo(1);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(retry.faults()).isEqualTo(3);
    assertThat(breaker.counts().faults()).isEqualTo(3);
    assertThat(telemetry.events())
        .contains(
            "tenfold.resilience.fault name=b,place=classifier,policy=breaker,type=verdict ABANDONED",
            "tenfold.resilience.fault name=r,place=classifier,policy=retry,type=verdict ABANDONED");
  }

  @Test
  void judge_saysAbandoned_isAFaultAndTheDefaultHolds() {
    List<Verdict> exits = new ArrayList<>();
    Gate wrong =
        new Gate() {
          @Override
          public String name() {
            return "wrong";
          }

          @Override
          public long enter(long nowNanos) {
            return 0;
          }

          @Override
          public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
            exits.add(verdict);
          }

          @Override
          public Verdict judge(Object value, Throwable error) {
            return Verdict.ABANDONED;
          }
        };
    Pipeline pipeline = Pipeline.of("p", wrong);

    pipeline.call(() -> "value");

    assertThat(exits).containsExactly(Verdict.SUCCESS);
    assertThat(pipeline.faults()).isEqualTo(1);
  }
}
