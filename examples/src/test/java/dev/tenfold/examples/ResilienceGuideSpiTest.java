// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.resilience.Backoff;
import dev.tenfold.resilience.BreakerState;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Classifier;
import dev.tenfold.resilience.FailureWindow;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Verdict;
import dev.tenfold.resilience.contract.BackoffContract;
import dev.tenfold.resilience.contract.ClassifierContract;
import dev.tenfold.resilience.contract.FailureWindowContract;
import dev.tenfold.resilience.contract.GateContract;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The guide's implementations of each SPI, held to its contract. */
class ResilienceGuideSpiTest {
  Backoff linear = (failures, random) -> failures * 1_000_000L;
  Classifier missing =
      (value, error) -> error instanceof IllegalArgumentException ? Verdict.IGNORED : null;

  static final class MaintenanceGate implements Gate {
    volatile boolean down;

    @Override
    public String name() {
      return "maintenance";
    }

    @Override
    public long enter(long nowNanos) {
      return down ? REFUSED : 0;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {}
  }

  /** Opens after five slow calls in a row, whatever they answered. */
  static final class SlowStreak implements FailureWindow {
    private final AtomicLong recorded = new AtomicLong();
    private final AtomicLong streak = new AtomicLong();

    @Override
    public boolean record(long nowNanos, boolean failed, boolean slow) {
      recorded.incrementAndGet();
      if (slow) {
        return streak.incrementAndGet() >= 5;
      }
      streak.set(0);
      return false;
    }

    @Override
    public long recorded() {
      return recorded.get();
    }

    @Override
    public long calls(long nowNanos) {
      return streak.get();
    }

    @Override
    public long failures(long nowNanos) {
      return 0;
    }

    @Override
    public long slowCalls(long nowNanos) {
      return streak.get();
    }
  }

  @Nested
  class MaintenanceGateTest extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new MaintenanceGate();
    }
  }

  @Nested
  class SlowStreakTest extends FailureWindowContract {
    @Override
    protected FailureWindow window(long nowNanos) {
      return new SlowStreak();
    }
  }

  @Nested
  class LinearTest extends BackoffContract {
    @Override
    protected Backoff backoff() {
      return linear;
    }
  }

  @Nested
  class MissingTest extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return missing;
    }

    @Override
    protected List<Throwable> errors() {
      List<Throwable> errors = super.errors();
      errors.add(new IllegalArgumentException());
      return errors;
    }
  }

  @Test
  void maintenanceGate_down_refuses() {
    var gate = new MaintenanceGate();
    Pipeline pipeline = Pipeline.of("p", gate);
    gate.down = true;

    String by = pipeline.tryCall(() -> "never").fold(v -> v, e -> "failed", r -> r.policy());

    assertThat(by).isEqualTo("maintenance");
  }

  @Test
  void slowStreak_fiveSlowCalls_openTheBreaker() {
    var time = ManualTimeSource.autoAdvancing();
    var breaker =
        CircuitBreaker.builder("search")
            .window(SlowStreak::new)
            .slowCalls(Duration.ofSeconds(2), 1)
            .timeSource(time)
            .build();
    for (int i = 0; i < 5; i++) {
      Pipeline.of("search", breaker)
          .tryCall(() -> {
            time.sleep(Duration.ofSeconds(2).toNanos());
            return "slow";
          });
    }

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }
}
