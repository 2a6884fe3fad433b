// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.BreakerState;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Policy;
import dev.tenfold.resilience.RateLimiter;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Timeout;
import java.time.Duration;

/** Tenfold, called as its users call it: {@code pipeline.call(...)}. */
final class Tenfold {
  private static final int PERMITS = 1_000_000_000;
  private static final Duration SLOW = Duration.ofSeconds(2);
  private static final double SLOW_RATE = 0.8;

  private Tenfold() {}

  static Guard guard(Shape shape, Work work) {
    CheckedSupplier<Object, RuntimeException> supplier = work::get;
    if (shape == Shape.OPEN || shape == Shape.OPEN_UNTHROWN) {
      Pipeline open = Pipeline.of("open", opened());
      return shape == Shape.OPEN ? () -> open.call(supplier) : () -> open.tryCall(supplier);
    }
    Pipeline pipeline = Pipeline.of("benchmark", policies(shape));
    return () -> pipeline.call(supplier);
  }

  private static Policy[] policies(Shape shape) {
    return switch (shape) {
      case BREAKER_CALLS, BREAKER_CALLS_SLOW, BREAKER_TIME, BREAKER_SLOW ->
          new Policy[] {breaker(shape)};
      case BULKHEAD -> new Policy[] {bulkhead()};
      case RETRY -> new Policy[] {retry()};
      case RATE_LIMITER -> new Policy[] {rateLimiter()};
      case TIMEOUT -> new Policy[] {timeout()};
      case PIPELINE_CALLS, PIPELINE_TIME, PIPELINE_SLOW ->
          new Policy[] {retry(), breaker(shape), bulkhead()};
      case PIPELINE_CALLS_TIMEOUT, PIPELINE_TIME_TIMEOUT ->
          new Policy[] {retry(), breaker(shape), bulkhead(), timeout()};
      default -> throw shape.notMeasured();
    };
  }

  static CircuitBreaker breaker(Shape shape) {
    CircuitBreaker.Builder breaker = CircuitBreaker.builder("benchmark");
    return switch (shape) {
      case BREAKER_CALLS, PIPELINE_CALLS, PIPELINE_CALLS_TIMEOUT -> breaker.window(100).build();
      case BREAKER_CALLS_SLOW -> breaker.window(100).slowCalls(SLOW, SLOW_RATE).build();
      case BREAKER_TIME, PIPELINE_TIME, PIPELINE_TIME_TIMEOUT ->
          breaker.window(Duration.ofSeconds(10)).build();
      case BREAKER_SLOW, PIPELINE_SLOW ->
          breaker.window(Duration.ofSeconds(10)).slowCalls(SLOW, SLOW_RATE).build();
      default -> throw shape.notMeasured();
    };
  }

  static Bulkhead bulkhead() {
    return Bulkhead.builder("benchmark", 100).build();
  }

  static Retry retry() {
    return Retry.builder("benchmark").build();
  }

  static RateLimiter rateLimiter() {
    return RateLimiter.builder("benchmark", PERMITS, Duration.ofSeconds(1)).build();
  }

  static Timeout timeout() {
    return Timeout.of(Duration.ofSeconds(1));
  }

  private static CircuitBreaker opened() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("benchmark").minimumCalls(1).openFor(Duration.ofDays(1)).build();
    Pipeline pipeline = Pipeline.of("opening", breaker);
    try {
      while (breaker.state() != BreakerState.OPEN) {
        pipeline.tryCall(() -> {
          throw new Work.Failure();
        });
      }
    } catch (RejectedException e) {
      throw new IllegalStateException("tryCall does not throw refusals", e);
    }
    return breaker;
  }

  /** Returns a breaker that has been used and is idle again. */
  static CircuitBreaker idle(Shape shape) {
    CircuitBreaker breaker = breaker(shape);
    Pipeline pipeline = Pipeline.of("use", breaker);
    for (int i = 0; i < 1_000; i++) {
      pipeline.call(() -> "payload");
    }
    return breaker;
  }
}
