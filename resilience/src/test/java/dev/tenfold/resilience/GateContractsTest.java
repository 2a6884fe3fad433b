// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.resilience.contract.GateContract;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/** The gates of this module and two that an outsider might write keep the contract. */
class GateContractsTest {

  @Nested
  class BreakerByTime extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return CircuitBreaker.builder("gate").timeSource(clock).build();
    }
  }

  @Nested
  class BreakerByCount extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return CircuitBreaker.builder("gate").window(50).timeSource(clock).build();
    }
  }

  @Nested
  class BreakerOfSlowCalls extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return CircuitBreaker.builder("gate")
          .slowCalls(Duration.ofSeconds(1), 0.5)
          .timeSource(clock)
          .build();
    }
  }

  @Nested
  class FullBulkhead extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return Bulkhead.builder("gate", 3).timeSource(clock).build();
    }

    @Override
    protected int limit() {
      return 3;
    }
  }

  @Nested
  class WaitingBulkhead extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return Bulkhead.builder("gate", 3).maxWait(Duration.ofSeconds(1)).timeSource(clock).build();
    }

    @Override
    protected int limit() {
      return 3;
    }
  }

  @Nested
  class RefusingLimiter extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return RateLimiter.builder("gate", 10_000, Duration.ofSeconds(1)).timeSource(clock).build();
    }
  }

  @Nested
  class WaitingLimiter extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return RateLimiter.builder("gate", 1_000, Duration.ofSeconds(1))
          .burst(1)
          .maxWait(Duration.ofDays(1))
          .timeSource(clock)
          .build();
    }
  }

  @Nested
  class WeighingLimiter extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return RateLimiter.builder("gate", 30_000, Duration.ofSeconds(1))
          .timeSource(clock)
          .build()
          .weighing(3);
    }
  }

  @Nested
  class Pacing extends GateContract {
    @Override
    protected Gate gate(ManualTimeSource clock) {
      return new TestGate("pacing", -100);
    }
  }
}
