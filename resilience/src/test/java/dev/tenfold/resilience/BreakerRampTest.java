// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Letting the calls in again little by little. */
class BreakerRampTest {
  private static final Duration OPEN = Duration.ofSeconds(10);
  private static final Duration RAMP = Duration.ofSeconds(30);
  private final ManualTimeSource time = new ManualTimeSource();
  private final List<String> heard = new ArrayList<>();

  private CircuitBreaker ramping() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("breaker")
            .consecutiveFailures(2)
            .openFor(Backoff.exponential(OPEN, Duration.ofMinutes(5)))
            .probes(1)
            .rampUp(RAMP)
            .timeSource(time)
            .onStateChange((from, to) -> heard.add(from + " to " + to))
            .build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    time.advance(OPEN);
    breaker.exit(breaker.enter(0), 0, 0, Verdict.SUCCESS);
    assertThat(breaker.state()).isEqualTo(BreakerState.RAMPING);
    return breaker;
  }

  /** A clock that lets somebody in between before it is read. */
  private static final class Interrupted extends DelegatingTimeSource {
    private @Nullable Runnable next;

    private Interrupted(TimeSource time) {
      super(time);
    }

    @Override
    public long nanoTime() {
      Runnable inBetween = next;
      next = null;
      if (inBetween != null) {
        inBetween.run();
      }
      return super.nanoTime();
    }
  }

  private static int admitted(CircuitBreaker breaker, int calls) {
    int admitted = 0;
    for (int i = 0; i < calls; i++) {
      long permit = breaker.enter(0);
      if (permit != Gate.REFUSED) {
        admitted++;
        breaker.exit(permit, 0, 0, Verdict.SUCCESS);
      }
    }
    return admitted;
  }

  @ParameterizedTest
  @CsvSource({"0, 250", "10, 500", "20, 750", "29, 975"})
  void rampUp_timePassed_letsThatPartIn(int seconds, int expected) {
    CircuitBreaker breaker = ramping();
    time.advance(Duration.ofSeconds(seconds));

    assertThat(admitted(breaker, 1_000)).isCloseTo(expected, within(1));
    assertThat(breaker.counts().refused()).isCloseTo(1_000 - expected, within(1L));
  }

  @Test
  void rampUp_atFirst_letsInOneOfFourByTurns() {
    CircuitBreaker breaker = ramping();
    StringBuilder seen = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      seen.append(admitted(breaker, 1));
    }

    assertThat(seen).hasToString("100010001000");
  }

  @Test
  void rampUp_over_isClosedAndLetsAllIn() {
    CircuitBreaker breaker = ramping();
    time.advance(RAMP.minusNanos(1));
    assertThat(breaker.state()).isEqualTo(BreakerState.RAMPING);
    time.advance(Duration.ofNanos(1));
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    assertThat(admitted(breaker, 100)).isEqualTo(100);

    assertThat(heard)
        .containsExactly(
            "CLOSED to OPEN", "OPEN to HALF_OPEN", "HALF_OPEN to RAMPING", "RAMPING to CLOSED");
  }

  @Test
  void rampUp_failures_openForLonger() {
    CircuitBreaker breaker = ramping();
    int failures = 0;
    while (breaker.state() == BreakerState.RAMPING) {
      long permit = breaker.enter(0);
      if (permit != Gate.REFUSED) {
        breaker.exit(permit, 0, 0, Verdict.FAILURE);
        failures++;
      }
    }

    assertThat(failures).as("a new window, from the start").isEqualTo(2);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.retryAfterNanos(time.nanoTime())).isEqualTo(OPEN.multipliedBy(2).toNanos());
  }

  @Test
  void rampUp_resultAfterItsEnd_stillCounts() {
    CircuitBreaker breaker = ramping();
    long first = breaker.enter(0);
    time.advance(RAMP);
    long second = breaker.enter(0);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    breaker.exit(first, 0, 0, Verdict.FAILURE);
    breaker.exit(second, 0, 0, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().late()).isZero();
  }

  @Test
  void rampUp_overWithoutACall_opensAsFromClosed() {
    CircuitBreaker breaker = ramping();
    long first = breaker.enter(0);
    long second = Gate.REFUSED;
    while (second == Gate.REFUSED) {
      second = breaker.enter(0);
    }
    breaker.exit(first, 0, 0, Verdict.FAILURE);
    time.advance(RAMP);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    breaker.exit(second, 0, 0, Verdict.FAILURE);

    assertThat(breaker.retryAfterNanos(time.nanoTime())).as("first").isEqualTo(OPEN.toNanos());
    assertThat(heard).endsWith("RAMPING to CLOSED", "CLOSED to OPEN");
  }

  @ParameterizedTest(name = "by a signal: {0}")
  @ValueSource(booleans = {true, false})
  void rampUp_endedByAnotherWhileAResultOpens_opensAllTheSame(boolean signal) {
    Interrupted clock = new Interrupted(time);
    CircuitBreaker breaker =
        CircuitBreaker.builder("breaker")
            .consecutiveFailures(1)
            .openFor(OPEN)
            .probes(1)
            .rampUp(RAMP)
            .openOn((value, error) -> "busy".equals(value) ? Duration.ofMinutes(1) : null)
            .timeSource(clock)
            .build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    time.advance(OPEN);
    breaker.exit(breaker.enter(0), 0, 0, Verdict.SUCCESS);
    long permit = breaker.enter(0);
    time.advance(RAMP);

    clock.next = () -> breaker.enter(0);
    if (signal) {
      breaker.exit(permit, 0, 0, null, "busy", null);
    } else {
      breaker.exit(permit, 0, 0, Verdict.FAILURE);
    }

    assertThat(clock.next).as("another call came").isNull();
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.retryAfterNanos(time.nanoTime()))
        .isEqualTo((signal ? Duration.ofMinutes(1) : OPEN).toNanos());
    assertThat(breaker.counts().late()).isZero();
  }

  @Test
  void rampUp_refusal_doesNotSayWhen() {
    CircuitBreaker breaker = ramping();
    breaker.enter(0);

    assertThat(breaker.admit(0)).isEqualTo(Refusal.of(RefusalKind.BREAKER_RAMPING));
    assertThat(breaker.retryAfterNanos(time.nanoTime())).isEqualTo(-1);
  }

  @Test
  void rampUp_notPositive_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CircuitBreaker.builder("breaker").rampUp(Duration.ZERO))
        .withMessageContaining("rampUp is PT0S");
  }
}
