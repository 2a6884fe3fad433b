// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import io.smallrye.faulttolerance.api.TypedGuard;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/** The guards of SmallRye Fault Tolerance without CDI. The library fixes the order of policies. */
final class SmallRye {

  private SmallRye() {}

  static Guard guard(Shape shape, Work work) {
    TypedGuard.Builder<Object> builder = TypedGuard.create(Object.class);
    TypedGuard<Object> guard =
        switch (shape) {
          case BREAKER_CALLS -> breaker(builder).build();
          case TIMEOUT -> timeout(builder).build();
          case PIPELINE_CALLS -> pipeline(builder).build();
          case PIPELINE_CALLS_TIMEOUT -> timeout(pipeline(builder)).build();
          default -> throw shape.notMeasured();
        };
    Supplier<Object> supplier = work::get;
    return () -> guard.get(supplier);
  }

  private static TypedGuard.Builder<Object> breaker(TypedGuard.Builder<Object> builder) {
    return builder.withCircuitBreaker().requestVolumeThreshold(100).failureRatio(0.5).done();
  }

  private static TypedGuard.Builder<Object> timeout(TypedGuard.Builder<Object> builder) {
    return builder.withTimeout().duration(1, ChronoUnit.SECONDS).done();
  }

  private static TypedGuard.Builder<Object> pipeline(TypedGuard.Builder<Object> builder) {
    return breaker(builder).withRetry().maxRetries(3).done().withBulkhead().limit(100).done();
  }
}
