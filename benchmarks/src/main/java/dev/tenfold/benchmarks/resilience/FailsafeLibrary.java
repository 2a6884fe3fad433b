// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import dev.failsafe.Bulkhead;
import dev.failsafe.CircuitBreaker;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.failsafe.function.CheckedSupplier;
import java.time.Duration;

/** The guards of Failsafe. */
final class FailsafeLibrary {

  private FailsafeLibrary() {}

  static Guard guard(Shape shape, Work work) {
    FailsafeExecutor<Object> executor =
        switch (shape) {
          case BREAKER_CALLS -> Failsafe.with(breaker());
          case TIMEOUT -> Failsafe.with(timeout());
          case PIPELINE_CALLS -> Failsafe.with(RetryPolicy.ofDefaults(), breaker(), bulkhead());
          case PIPELINE_CALLS_TIMEOUT ->
              Failsafe.with(RetryPolicy.ofDefaults(), breaker(), bulkhead(), timeout());
          default -> throw shape.notMeasured();
        };
    CheckedSupplier<Object> supplier = work::get;
    return () -> executor.get(supplier);
  }

  private static CircuitBreaker<Object> breaker() {
    return CircuitBreaker.builder().withFailureThreshold(50, 100).build();
  }

  private static Bulkhead<Object> bulkhead() {
    return Bulkhead.of(100);
  }

  private static Timeout<Object> timeout() {
    return Timeout.builder(Duration.ofSeconds(1)).withInterrupt().build();
  }
}
