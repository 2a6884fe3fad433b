// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator decides: modes, and opening by hand. */
class BreakerModesTest {
  private static final Duration OPEN = Duration.ofSeconds(10);
  private final ManualTimeSource time = new ManualTimeSource();
  private final List<String> heard = new ArrayList<>();

  private CircuitBreaker.Builder builder() {
    return CircuitBreaker.builder("breaker")
        .consecutiveFailures(2)
        .openFor(OPEN)
        .probes(1)
        .timeSource(time)
        .onStateChange((from, to) -> heard.add(from + " to " + to));
  }

  private void call(CircuitBreaker breaker, Verdict verdict) {
    long permit = breaker.enter(0);
    assertThat(permit).isNotEqualTo(Gate.REFUSED);
    breaker.exit(permit, 0, 0, verdict);
  }

  @Test
  void mode_forcedOpen_refusesUntilSwitched() {
    CircuitBreaker breaker = builder().mode(BreakerMode.FORCED_OPEN).build();
    time.advance(Duration.ofDays(365));

    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
    assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
    assertThat(breaker.retryAfterNanos(0)).isEqualTo(-1);
    assertThat(breaker.counts().refused()).isEqualTo(1);
    breaker.switchTo(BreakerMode.AUTOMATIC);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    call(breaker, Verdict.SUCCESS);
    assertThat(heard).containsExactly("FORCED_OPEN to CLOSED");
  }

  @Test
  void mode_disabled_letsAllInAndCountsNothing() {
    CircuitBreaker breaker = builder().mode(BreakerMode.DISABLED).build();
    for (int i = 0; i < 100; i++) {
      call(breaker, i % 2 == 0 ? Verdict.FAILURE : Verdict.SUCCESS);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.DISABLED);
    assertThat(breaker.counts()).isEqualTo(new BreakerCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void mode_metricsOnly_countsEachWouldBeOpeningOnce() {
    CircuitBreaker breaker = builder().mode(BreakerMode.METRICS_ONLY).build();
    for (int i = 0; i < 10; i++) {
      call(breaker, Verdict.FAILURE);
    }
    assertThat(breaker.counts().wouldOpen()).isEqualTo(1);
    time.advance(OPEN);
    call(breaker, Verdict.FAILURE);
    assertThat(breaker.counts().wouldOpen()).as("a new window").isEqualTo(1);

    call(breaker, Verdict.FAILURE);

    assertThat(breaker.counts().wouldOpen()).isEqualTo(2);
    assertThat(breaker.counts().opened()).isZero();
    assertThat(breaker.counts().failures()).isEqualTo(12);
    assertThat(breaker.counts().refused()).isZero();
    assertThat(breaker.state()).isEqualTo(BreakerState.METRICS_ONLY);
    assertThat(heard).isEmpty();
  }

  @Test
  void mode_metricsOnlyAfterAWouldBeOpening_countsSuccessesToo() {
    CircuitBreaker breaker = builder().mode(BreakerMode.METRICS_ONLY).build();
    call(breaker, Verdict.FAILURE);
    call(breaker, Verdict.FAILURE);
    call(breaker, Verdict.SUCCESS);
    time.advance(OPEN);
    call(breaker, Verdict.SUCCESS);

    assertThat(breaker.counts().successes()).isEqualTo(2);
    assertThat(breaker.counts().failures()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = BreakerMode.class,
      names = {"FORCED_OPEN", "DISABLED", "METRICS_ONLY"})
  void switchTo_anotherMode_isEndedByNothingElse(BreakerMode mode) {
    CircuitBreaker breaker = builder().build();
    long old = breaker.enter(0);
    call(breaker, Verdict.FAILURE);
    breaker.switchTo(mode);
    BreakerState held = breaker.state();

    breaker.exit(old, 0, 0, Verdict.FAILURE);
    boolean opened = breaker.openNow(OPEN);
    for (int i = 0; i < 20; i++) {
      time.advance(OPEN);
      long permit = breaker.enter(0);
      if (permit != Gate.REFUSED) {
        breaker.exit(permit, 0, 0, i < 10 ? Verdict.FAILURE : Verdict.SUCCESS);
      }
    }

    assertThat(opened).isFalse();
    assertThat(breaker.state()).isEqualTo(held).hasToString(mode.name());
  }

  @ParameterizedTest
  @EnumSource(BreakerMode.class)
  void switchTo_awayAndBack_beginsClosedAndFresh(BreakerMode other) {
    CircuitBreaker breaker = builder().build();
    long before = breaker.enter(0);
    call(breaker, Verdict.FAILURE);
    breaker.switchTo(other == BreakerMode.AUTOMATIC ? BreakerMode.DISABLED : other);
    breaker.switchTo(BreakerMode.AUTOMATIC);

    breaker.exit(before, 0, 0, Verdict.FAILURE);
    call(breaker, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().late()).isEqualTo(1);
    call(breaker, Verdict.FAILURE);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void switchTo_theModeItIsIn_changesNothing() {
    CircuitBreaker breaker = builder().build();
    call(breaker, Verdict.FAILURE);
    call(breaker, Verdict.FAILURE);

    breaker.switchTo(BreakerMode.AUTOMATIC);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(heard).containsExactly("CLOSED to OPEN");
  }

  @Test
  void switchTo_noWindow_throwsAndStays() {
    int[] left = {1};
    CircuitBreaker breaker =
        CircuitBreaker.builder("breaker")
            .window(() -> {
              if (left[0]-- == 0) {
                throw new IllegalStateException("window");
              }
              return new ConsecutiveFailures(1);
            })
            .mode(BreakerMode.FORCED_OPEN)
            .timeSource(time)
            .build();

    assertThatIllegalStateException().isThrownBy(() -> breaker.switchTo(BreakerMode.AUTOMATIC));
    assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
  }

  @Test
  void openNow_closed_opensForSoLongAndThenProbes() {
    CircuitBreaker breaker = builder().build();

    assertThat(breaker.openNow(Duration.ofMinutes(1))).isTrue();

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.retryAfterNanos(time.nanoTime())).isEqualTo(Duration.ofMinutes(1).toNanos());
    assertThat(breaker.counts().opened()).isEqualTo(1);
    time.advance(Duration.ofMinutes(1));
    call(breaker, Verdict.SUCCESS);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void openNow_openTimeOver_isHeardAndCounted() {
    CircuitBreaker breaker = builder().build();
    breaker.openNow(Duration.ofMinutes(1));
    time.advance(Duration.ofMinutes(1));
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);

    breaker.openNow(Duration.ofMinutes(2));

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().opened()).isEqualTo(2);
    assertThat(heard).containsExactly("CLOSED to OPEN", "OPEN to HALF_OPEN", "HALF_OPEN to OPEN");
  }

  @Test
  void openNow_thenProbesFail_isAnOpeningOfTheSameRow() {
    List<Integer> asked = new ArrayList<>();
    CircuitBreaker breaker =
        builder()
            .probes(1)
            .openFor((openings, random) -> {
              asked.add(openings);
              return 1_000;
            })
            .build();
    breaker.openNow(Duration.ofMinutes(1));
    breaker.openNow(Duration.ofMinutes(2)); // goes on, is no opening
    time.advance(Duration.ofMinutes(2));

    call(breaker, Verdict.FAILURE);

    assertThat(asked).containsExactly(2);
  }

  @Test
  void openNow_open_lastsFromNow() {
    CircuitBreaker breaker = builder().build();
    breaker.openNow(Duration.ofMinutes(1));

    breaker.openNow(Duration.ofSeconds(1));

    assertThat(breaker.retryAfterNanos(time.nanoTime())).isEqualTo(Duration.ofSeconds(1).toNanos());
    assertThat(breaker.counts().opened()).as("it was open").isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> breaker.openNow(Duration.ZERO))
        .withMessageContaining("PT0S");
  }

  @ParameterizedTest
  @EnumSource(BreakerMode.class)
  void idle_switchedAway_isNotWhatANewOneWouldBe(BreakerMode mode) {
    CircuitBreaker breaker = builder().mode(mode).build();
    assertThat(breaker.idle()).isEqualTo(mode != BreakerMode.FORCED_OPEN);
    for (BreakerMode other : BreakerMode.values()) {
      breaker.switchTo(other);
      assertThat(breaker.idle()).isEqualTo(other == mode && mode != BreakerMode.FORCED_OPEN);
    }
    breaker.switchTo(BreakerMode.AUTOMATIC);
    breaker.openNow(OPEN);

    assertThat(breaker.idle()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(BreakerMode.class)
  void idle_openTimeOver_onlyIfItWasBuiltAutomatic(BreakerMode mode) {
    CircuitBreaker breaker = builder().mode(mode).build();
    breaker.switchTo(BreakerMode.AUTOMATIC);
    breaker.openNow(Duration.ofMinutes(1));
    assertThat(breaker.idle()).isFalse();
    time.advance(Duration.ofMinutes(1));

    assertThat(breaker.idle()).isEqualTo(mode == BreakerMode.AUTOMATIC);
  }
}
