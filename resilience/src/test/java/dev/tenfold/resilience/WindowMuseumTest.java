// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures of the windows of other libraries' breakers, each of which must not happen here. */
class WindowMuseumTest {
  private final ManualTimeSource time = new ManualTimeSource();

  /** Resilience4j 2.4.0, CircuitBreakerMetrics: the lock-free time window reads Clock.SYSTEM. */
  @Test
  void injectedClock_rulesTheWindow() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum").window(Duration.ofSeconds(5)).timeSource(time).build();
    Pipeline pipeline = Pipeline.of("museum", breaker);
    pipeline.call(() -> "remembered");
    assertThat(breaker.counts().windowCalls()).isEqualTo(1);

    time.advance(Duration.ofHours(1));

    assertThat(breaker.counts().windowCalls()).isZero();
    assertThat(breaker.counts().successes()).isEqualTo(1);
  }

  /** Resilience4j #1262, #1335: a bucket was reset but for one counter, which became negative. */
  @Test
  void manyLapsOfTheWindow_leaveNoCounterBehind() {
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

  /** Resilience4j #2334, #2379: a lock-free window of size 1 threw at its second rotation. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void tinyWindow_turnsWithoutEnd(int size) {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum").window(size).failureRate(1).timeSource(time).build();
    for (int i = 0; i < 50; i++) {
      breaker.exit(breaker.enter(0), 0, 0, Verdict.SUCCESS);
    }
    for (int i = 0; i < size; i++) {
      assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
      breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  /** Sentinel #586: a clock that went back wrote to a bucket that was thrown away. */
  @Test
  void readingThatGoesBack_losesNothing() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("museum")
            .window(Duration.ofSeconds(1))
            .minimumCalls(4)
            .timeSource(time)
            .build();
    long now = Duration.ofMinutes(5).toNanos();
    for (long nanos : new long[] {now, now - 800_000_000L, now - 10_000_000_000L, -now}) {
      assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
      breaker.exit(breaker.enter(0), nanos, nanos, Verdict.FAILURE);
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.counts().failures()).isEqualTo(4);
  }
}
