// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a breaker counts, and what it tells the telemetry of it. */
class BreakerCountsTest {
  private static final Duration OPEN = Duration.ofSeconds(10);
  private final ManualTimeSource time = new ManualTimeSource();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();

  private CircuitBreaker.Builder builder() {
    return CircuitBreaker.builder("breaker").openFor(OPEN).timeSource(time).telemetry(telemetry);
  }

  private void call(CircuitBreaker breaker, Verdict verdict, int times) {
    for (int i = 0; i < times; i++) {
      long permit = breaker.enter(0);
      assertThat(permit).isNotEqualTo(Gate.REFUSED);
      breaker.exit(permit, time.nanoTime(), time.nanoTime(), verdict);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void counts_overAllEpisodes_addUp(boolean byTime) {
    CircuitBreaker breaker =
        (byTime ? builder().window(OPEN) : builder().window(10)).minimumCalls(10).build();
    call(breaker, Verdict.SUCCESS, 5);
    call(breaker, Verdict.FAILURE, 5);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().successes()).isEqualTo(5);
    time.advance(OPEN);
    call(breaker, Verdict.IGNORED, 3);
    call(breaker, Verdict.FAILURE, 1);
    call(breaker, Verdict.SUCCESS, 4);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().successes()).isEqualTo(9);
    call(breaker, Verdict.SUCCESS, 7);
    call(breaker, Verdict.ABANDONED, 3);

    assertThat(breaker.counts().successes()).isEqualTo(16);
    assertThat(breaker.counts().failures()).isEqualTo(6);
    assertThat(breaker.counts().windowCalls()).isEqualTo(7);
    assertThat(read("successes")).isEqualTo(16);
  }

  private double read(String name) {
    return telemetry.read("tenfold.resilience.breaker." + name + " name=breaker");
  }

  @Test
  void counts_resultThatMeetsAnOpening_isNotLost() {
    List<CircuitBreaker> opened = new ArrayList<>();
    CircuitBreaker breaker =
        builder()
            .probes(1)
            .window(() ->
                new FailureWindowContractsTest.SlowStreak() {
                  @Override
                  public boolean record(long nowNanos, boolean failed, boolean slow) {
                    opened.forEach(each -> each.openNow(OPEN));
                    opened.clear();
                    return super.record(nowNanos, failed, slow);
                  }
                })
            .build();
    call(breaker, Verdict.SUCCESS, 2);
    opened.add(breaker);
    call(breaker, Verdict.SUCCESS, 1);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    time.advance(OPEN);
    call(breaker, Verdict.SUCCESS, 1);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    assertThat(breaker.counts().successes()).isEqualTo(4);
  }

  @Test
  void counts_windowThatThrows_countsOnItsOwn() {
    CircuitBreaker breaker =
        builder()
            .window(() ->
                new FailureWindowContractsTest.SlowStreak() {
                  @Override
                  public boolean record(long nowNanos, boolean failed, boolean slow) {
                    throw new IllegalStateException("window");
                  }
                })
            .build();
    call(breaker, Verdict.SUCCESS, 2);
    call(breaker, Verdict.FAILURE, 1);

    assertThat(breaker.counts().successes()).isEqualTo(2);
    assertThat(breaker.counts().failures()).isEqualTo(1);
    assertThat(breaker.counts().faults()).isEqualTo(3);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void counts_windowThatThrowsWhenRead_isCountedAndReadsAsNothing() {
    CircuitBreaker breaker =
        builder()
            .window(() ->
                new FailureWindowContractsTest.SlowStreak() {
                  @Override
                  public long calls(long nowNanos) {
                    throw new IllegalStateException("calls");
                  }

                  @Override
                  public long failures(long nowNanos) {
                    throw new IllegalStateException("failures");
                  }

                  @Override
                  public long slowCalls(long nowNanos) {
                    throw new IllegalStateException("slow calls");
                  }
                })
            .build();
    call(breaker, Verdict.FAILURE, 1);

    BreakerCounts counts = breaker.counts();

    assertThat(counts.windowCalls() + counts.windowFailures() + counts.windowSlow()).isZero();
    assertThat(counts.failures()).isEqualTo(1);
    assertThat(counts.faults()).isEqualTo(3);
  }

  @Test
  void telemetry_throwing_keepsNothingFromTheListener() {
    Telemetry broken =
        new RecordingTelemetry() {
          @Override
          public void event(String name, Tags tags) {
            throw new IllegalStateException("full");
          }
        };
    List<String> heard = new ArrayList<>();
    CircuitBreaker breaker =
        builder()
            .consecutiveFailures(1)
            .telemetry(broken)
            .onStateChange((from, to) -> heard.add(from + " to " + to))
            .build();

    call(breaker, Verdict.FAILURE, 1);

    assertThat(heard).containsExactly("CLOSED to OPEN");
    assertThat(breaker.counts().faults()).isPositive();
  }

  @Test
  void telemetry_successes_neverFall() {
    long[] lost = {0};
    CircuitBreaker breaker =
        builder()
            .window(() ->
                new FailureWindowContractsTest.SlowStreak() {
                  @Override
                  public long recorded() {
                    return super.recorded() - lost[0];
                  }
                })
            .build();
    call(breaker, Verdict.SUCCESS, 5);
    assertThat(read("successes")).isEqualTo(5);

    lost[0] = 2;

    assertThat(breaker.counts().successes()).isEqualTo(3);
    assertThat(read("successes")).isEqualTo(5);
  }

  @Test
  void telemetry_everyState_isAnEventAndAGauge() {
    CircuitBreaker breaker = builder().consecutiveFailures(1).probes(1).rampUp(OPEN).build();
    call(breaker, Verdict.FAILURE, 1);
    time.advance(OPEN);
    call(breaker, Verdict.SUCCESS, 1);
    assertThat(read("state")).isEqualTo(3);
    time.advance(OPEN);
    call(breaker, Verdict.SUCCESS, 1);
    breaker.switchTo(BreakerMode.FORCED_OPEN);
    breaker.switchTo(BreakerMode.DISABLED);
    breaker.switchTo(BreakerMode.METRICS_ONLY);
    call(breaker, Verdict.FAILURE, 1);

    assertThat(telemetry.events())
        .map(event -> event.replace("tenfold.resilience.breaker.", ""))
        .containsExactly(
            "open name=breaker",
            "half-open name=breaker",
            "ramping name=breaker",
            "closed name=breaker",
            "forced-open name=breaker",
            "disabled name=breaker",
            "metrics-only name=breaker",
            "would-open name=breaker");
    assertThat(read("state")).isEqualTo(6);
    assertThat(read("wouldopen")).isEqualTo(1);
    assertThat(read("opened")).isEqualTo(1);
  }
}
