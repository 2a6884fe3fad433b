// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final Duration OPEN = Duration.ofSeconds(10);
  private static final Duration LEASE = Duration.ofSeconds(10);
  private final ManualTimeSource time = new ManualTimeSource();

  private CircuitBreaker.Builder builder() {
    return CircuitBreaker.builder("breaker").timeSource(time).openFor(OPEN).random(new Random(1));
  }

  private void call(CircuitBreaker breaker, Verdict verdict) {
    long permit = breaker.enter(0);
    assertThat(permit).isNotEqualTo(Gate.REFUSED);
    breaker.exit(permit, time.nanoTime(), time.nanoTime(), verdict);
  }

  private CircuitBreaker halfOpen(CircuitBreaker breaker) {
    call(breaker, Verdict.FAILURE);
    time.advance(OPEN);
    return breaker;
  }

  @Test
  void exit_rateReachedAtTheMinimum_opens() {
    CircuitBreaker breaker = builder().build();
    for (int i = 0; i < 10; i++) {
      call(breaker, Verdict.SUCCESS);
    }
    for (int i = 0; i < 9; i++) {
      call(breaker, Verdict.FAILURE);
    }
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    call(breaker, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
    assertThat(breaker.counts().opened()).isEqualTo(1);
    assertThat(breaker.counts().refused()).isEqualTo(1);
  }

  @Test
  void exit_rateThatADoubleRoundsUp_isReachedAllTheSame() {
    CircuitBreaker breaker = builder().failureRate(0.55).window(100).minimumCalls(100).build();
    for (int i = 0; i < 45; i++) {
      call(breaker, Verdict.SUCCESS);
    }
    for (int i = 0; i < 55; i++) {
      assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
      call(breaker, Verdict.FAILURE);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void exit_failuresOlderThanTheWindow_areForgotten() {
    CircuitBreaker breaker = builder().window(Duration.ofSeconds(1)).minimumCalls(2).build();
    call(breaker, Verdict.FAILURE);
    time.advance(Duration.ofSeconds(1));

    call(breaker, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().windowFailures()).isEqualTo(1);
    assertThat(breaker.counts().failures()).isEqualTo(2);
  }

  @Test
  void exit_ignoredAndAbandoned_countForNothing() {
    CircuitBreaker breaker = builder().consecutiveFailures(2).build();
    call(breaker, Verdict.FAILURE);
    call(breaker, Verdict.IGNORED);
    call(breaker, Verdict.ABANDONED);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    call(breaker, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void exit_slowSuccesses_open() {
    CircuitBreaker breaker =
        builder().slowCalls(Duration.ofSeconds(2), 0.8).minimumCalls(5).build();
    for (int i = 0; i < 5; i++) {
      long permit = breaker.enter(0);
      long began = time.nanoTime();
      time.advance(i == 0 ? Duration.ofMillis(1_999) : Duration.ofSeconds(2));
      breaker.exit(permit, began, time.nanoTime(), Verdict.SUCCESS);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().slow()).isEqualTo(4);
    assertThat(breaker.needs()).isEqualTo(Gate.TIME_AT_EXIT | Gate.DURATION);
  }

  @Test
  void state_openTimeOver_isHalfOpenWithoutACall() {
    CircuitBreaker breaker = builder().consecutiveFailures(1).build();
    call(breaker, Verdict.FAILURE);
    time.advance(OPEN.minusNanos(1));
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.retryAfterNanos(time.nanoTime())).isEqualTo(1);

    time.advance(Duration.ofNanos(1));

    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
  }

  @Test
  void halfOpen_enoughSuccesses_closes() {
    CircuitBreaker breaker = halfOpen(builder().consecutiveFailures(1).build());
    call(breaker, Verdict.FAILURE);
    for (int i = 0; i < 3; i++) {
      call(breaker, Verdict.SUCCESS);
      assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    }

    call(breaker, Verdict.SUCCESS);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void halfOpen_tooManyFailures_opensForLonger() {
    CircuitBreaker breaker =
        builder()
            .consecutiveFailures(1)
            .openFor(Backoff.exponential(OPEN, Duration.ofMinutes(5)))
            .build();
    halfOpen(breaker);
    call(breaker, Verdict.FAILURE);
    call(breaker, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.retryAfterNanos(time.nanoTime())).isEqualTo(OPEN.multipliedBy(2).toNanos());
  }

  @Test
  void halfOpen_probesOut_neverMoreThanConfigured() {
    CircuitBreaker breaker = halfOpen(builder().consecutiveFailures(1).probes(3).build());
    long first = breaker.enter(0);
    breaker.enter(0);
    breaker.enter(0);
    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);

    breaker.exit(first, 0, 0, Verdict.ABANDONED);

    assertThat(breaker.enter(0)).isNotEqualTo(Gate.REFUSED);
    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
  }

  @Test
  void halfOpen_allProbesOverdue_opensAgainAtTheNextCall() {
    CircuitBreaker breaker =
        halfOpen(builder().consecutiveFailures(1).probes(2).probeLease(LEASE).build());
    breaker.enter(0);
    breaker.enter(0);
    time.advance(LEASE.minusNanos(1));
    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    time.advance(Duration.ofNanos(1));

    assertThat(breaker.enter(0)).isEqualTo(Gate.REFUSED);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().opened()).isEqualTo(2);
  }

  @Test
  void halfOpen_overdueAndFailedProbesLeaveNoWayToPass_opensAgainAtTheNextCall() {
    CircuitBreaker breaker =
        halfOpen(builder().consecutiveFailures(1).probes(4).probeLease(LEASE).build());
    breaker.enter(0);
    time.advance(LEASE.dividedBy(2));
    long last = breaker.enter(0);
    time.advance(LEASE.dividedBy(2));
    assertThat(last).isNotEqualTo(Gate.REFUSED);

    assertThat(breaker.enter(0)).as("none of four may fail").isEqualTo(Gate.REFUSED);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().opened()).isEqualTo(2);
  }

  @Test
  void halfOpen_overdueProbeSucceedsBeforeTheNextCall_isNoFailure() {
    CircuitBreaker breaker =
        halfOpen(builder().consecutiveFailures(1).probes(1).probeLease(LEASE).build());
    long overdue = breaker.enter(0);
    time.advance(LEASE.multipliedBy(2));

    breaker.exit(overdue, 0, 0, Verdict.SUCCESS);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void halfOpen_overdueProbeComesBack_countsButFreesNothingTwice() {
    CircuitBreaker breaker =
        halfOpen(
            builder()
                .consecutiveFailures(1)
                .probes(3)
                .probeSuccessRate(0.6)
                .probeLease(LEASE)
                .build());
    long overdue = breaker.enter(0);
    time.advance(LEASE.dividedBy(2));
    long second = breaker.enter(0);
    time.advance(LEASE.dividedBy(2));
    long third = breaker.enter(0);
    assertThat(third).isNotEqualTo(Gate.REFUSED);
    assertThat(breaker.enter(0)).as("an overdue probe keeps its place").isEqualTo(Gate.REFUSED);

    breaker.exit(overdue, 0, 0, Verdict.IGNORED);
    breaker.exit(overdue, 0, 0, Verdict.IGNORED);
    assertThat(breaker.enter(0)).as("it has given it back").isNotEqualTo(Gate.REFUSED);
    assertThat(breaker.enter(0)).as("nothing was freed twice").isEqualTo(Gate.REFUSED);
    breaker.exit(second, 0, 0, Verdict.SUCCESS);
    breaker.exit(overdue, 0, 0, Verdict.SUCCESS);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    breaker.exit(third, 0, 0, Verdict.FAILURE);
    assertThat(breaker.state()).as("late results of an old episode").isEqualTo(BreakerState.CLOSED);
    assertThat(breaker.counts().late()).isEqualTo(1);
  }

  @Test
  void onStateChange_throwing_isCountedAndTheStateChanges() {
    List<String> heard = new ArrayList<>();
    CircuitBreaker breaker =
        builder()
            .consecutiveFailures(1)
            .onStateChange((from, to) -> {
              heard.add(from + " to " + to);
              throw new IllegalStateException("listener");
            })
            .build();
    call(breaker, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(heard).containsExactly("CLOSED to OPEN");
    assertThat(breaker.counts().faults()).isEqualTo(1);
  }

  @Test
  void openFor_throwing_opensForTenSeconds() {
    CircuitBreaker breaker =
        builder()
            .consecutiveFailures(1)
            .openFor((failures, random) -> {
              throw new IllegalStateException("backoff");
            })
            .build();
    call(breaker, Verdict.FAILURE);

    assertThat(breaker.retryAfterNanos(time.nanoTime()))
        .isEqualTo(Duration.ofSeconds(10).toNanos());
  }

  @Test
  void window_thatThrowsWhenTheBreakerCloses_keepsItOpenInsteadOfWedged() {
    boolean[] broken = {false};
    CircuitBreaker breaker =
        builder()
            .window(() -> {
              if (broken[0]) {
                throw new IllegalStateException("window");
              }
              return new ConsecutiveFailures(1);
            })
            .probes(1)
            .build();
    halfOpen(breaker);
    broken[0] = true;
    call(breaker, Verdict.SUCCESS);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    broken[0] = false;
    time.advance(OPEN);
    call(breaker, Verdict.SUCCESS);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void build_contradictions_areNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().consecutiveFailures(5).failureRate(0.5).build())
        .withMessageContaining("consecutiveFailures(5)")
        .withMessageContaining("failureRate(0.5)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().window(10).minimumCalls(20).build())
        .withMessageContaining("window(10)")
        .withMessageContaining("minimumCalls(20)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().window(10).window(Duration.ofSeconds(1)).build())
        .withMessageContaining("window(10)")
        .withMessageContaining("window(PT1S)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().failureRate(50))
        .withMessageContaining("50.0");
  }

  @Test
  void exit_failedProbeWhereTheLeastRateIsEnough_opensAgain() {
    CircuitBreaker breaker =
        halfOpen(builder().consecutiveFailures(1).probes(1).probeSuccessRate(1e-10).build());

    call(breaker, Verdict.FAILURE);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void exit_moreAbandonedProbesThanAPermitCanNumber_stillGiveTheirPlacesBack() {
    CircuitBreaker breaker = halfOpen(builder().consecutiveFailures(1).probes(2).build());
    for (int i = 0; i < (1 << 24) + 4; i++) {
      long permit = breaker.enter(0);
      if (permit == Gate.REFUSED) {
        throw new AssertionError("probe " + i + " was refused");
      }
      breaker.exit(permit, 0, 0, Verdict.ABANDONED);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
  }
}
