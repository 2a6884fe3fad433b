// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Resilience4j with its defaults where a shape does not say otherwise. Slow calls are always on.
 */
final class Resilience4j {
  private static final int PERMITS = 1_000_000_000;

  private Resilience4j() {}

  static Guard guard(Shape shape, Work work, boolean stackTraces) {
    Supplier<Object> supplier = work::get;
    return switch (shape) {
      case BREAKER_CALLS, BREAKER_TIME, BREAKER_SLOW ->
          CircuitBreaker.decorateSupplier(breaker(shape), supplier)::get;
      case BULKHEAD -> Bulkhead.decorateSupplier(bulkhead(), supplier)::get;
      case RETRY -> Retry.decorateSupplier(Retry.ofDefaults("benchmark"), supplier)::get;
      case RATE_LIMITER -> RateLimiter.decorateSupplier(rateLimiter(), supplier)::get;
      case PIPELINE_CALLS, PIPELINE_TIME, PIPELINE_SLOW ->
          Retry.decorateSupplier(
                  Retry.ofDefaults("benchmark"),
                  CircuitBreaker.decorateSupplier(
                      breaker(shape), Bulkhead.decorateSupplier(bulkhead(), supplier)))
              ::get;
      case OPEN -> CircuitBreaker.decorateSupplier(opened(stackTraces), supplier)::get;
      case OPEN_UNTHROWN -> {
        CircuitBreaker open = opened(stackTraces);
        yield () -> open.tryAcquirePermission();
      }
      default -> throw shape.notMeasured();
    };
  }

  static CircuitBreaker breaker(Shape shape) {
    return switch (shape) {
      case BREAKER_CALLS, PIPELINE_CALLS ->
          CircuitBreaker.of(
              "benchmark",
              CircuitBreakerConfig.custom()
                  .slidingWindow(100, 100, SlidingWindowType.COUNT_BASED)
                  .build());
      case BREAKER_TIME, BREAKER_SLOW, PIPELINE_TIME, PIPELINE_SLOW ->
          CircuitBreaker.of(
              "benchmark",
              CircuitBreakerConfig.custom()
                  .slidingWindow(10, 100, SlidingWindowType.TIME_BASED)
                  .build());
      default -> throw shape.notMeasured();
    };
  }

  private static Bulkhead bulkhead() {
    return Bulkhead.of(
        "benchmark",
        BulkheadConfig.custom().maxConcurrentCalls(100).maxWaitDuration(Duration.ZERO).build());
  }

  private static RateLimiter rateLimiter() {
    return RateLimiter.of(
        "benchmark",
        RateLimiterConfig.custom()
            .limitForPeriod(PERMITS)
            .limitRefreshPeriod(Duration.ofSeconds(1))
            .timeoutDuration(Duration.ZERO)
            .build());
  }

  private static CircuitBreaker opened(boolean stackTraces) {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "benchmark",
            CircuitBreakerConfig.custom()
                .waitDurationInOpenState(Duration.ofDays(1))
                .writableStackTraceEnabled(stackTraces)
                .build());
    breaker.transitionToOpenState();
    return breaker;
  }

  /** A breaker that has been used and is idle again. */
  static CircuitBreaker idle(Shape shape) {
    CircuitBreaker breaker = breaker(shape);
    for (int i = 0; i < 1_000; i++) {
      breaker.executeSupplier(() -> "payload");
    }
    return breaker;
  }
}
