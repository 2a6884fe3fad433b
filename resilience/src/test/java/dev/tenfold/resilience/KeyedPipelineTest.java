// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyedPipelineTest {
  private static final long IDLE = 100;
  private final ManualTimeSource time = new ManualTimeSource();
  private final KeyedPipeline keyed = new KeyedPipeline();
  private Runnable whenRead = () -> {};

  /** A clock that does something else whenever it is read. */
  private final TimeSource busy =
      new DelegatingTimeSource(time) {
        @Override
        public long nanoTime() {
          whenRead.run();
          return super.nanoTime();
        }
      };

  private final CircuitBreaker breaker =
      CircuitBreaker.builder("key")
          .consecutiveFailures(1)
          .openFor(Duration.ofNanos(10))
          .probes(1)
          .rampUp(Duration.ofNanos(10))
          .timeSource(busy)
          .build();

  @BeforeEach
  void install() {
    keyed.install(Pipeline.of("key", breaker), new Registrations());
    keyed.exit();
  }

  @Test
  void evictIfIdle_usedSinceTheLastLook_isRefused() {
    assertThat(keyed.evictIfIdle(1_000, IDLE)).isFalse();
    keyed.look(1_000);

    assertThat(keyed.evictIfIdle(1_000 + IDLE - 1, IDLE)).isFalse();
    assertThat(keyed.evictIfIdle(1_000 + IDLE, IDLE)).isTrue();
    assertThat(keyed.enter()).isFalse();
  }

  @Test
  void evictIfIdle_callIn_isRefusedHoweverOftenLookedAt() {
    keyed.look(0);
    assertThat(keyed.enter()).isTrue();
    keyed.look(1_000);
    keyed.look(2_000);
    assertThat(keyed.evictIfIdle(3_000, IDLE)).isFalse();
    keyed.exit();

    assertThat(keyed.evictIfIdle(3_000, IDLE)).as("used until now").isFalse();
  }

  @Test
  void evictIfIdle_callCameAndWentMeanwhile_isRefused() {
    // A breaker whose ramp is over has to read the clock before it can say that it is closed.
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    time.advance(Duration.ofNanos(10));
    breaker.exit(breaker.enter(0), 0, 0, Verdict.SUCCESS);
    assertThat(breaker.state()).isEqualTo(BreakerState.RAMPING);
    time.advance(Duration.ofNanos(10));
    keyed.look(0);
    whenRead =
        () -> {
          keyed.enter();
          keyed.exit();
          keyed.look(IDLE); // so that it looks as unused as before
        };

    assertThat(keyed.evictIfIdle(IDLE, IDLE)).isFalse();
    whenRead = () -> {};
    assertThat(keyed.evictIfIdle(2 * IDLE, IDLE)).isTrue();
  }

  @Test
  void evictIfEmpty_withPipeline_isRefused() {
    assertThat(keyed.evictIfEmpty()).isFalse();
    KeyedPipeline empty = new KeyedPipeline();
    assertThat(empty.evictIfEmpty()).as("somebody is in").isFalse();
    empty.exit();

    assertThat(empty.evictIfEmpty()).isTrue();
    assertThat(empty.enter()).isFalse();
  }
}
