// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Resilience4j, with its defaults where a shape and the variant do not say otherwise. Its breaker
 * reads the clock at the beginning and at the end of every call, for the rate of slow calls, which
 * cannot be switched off; {@link #UNTIMED} takes the clock away instead.
 */
enum Resilience4j {
  /** As it comes: the window synchronizes, every call is timed. */
  DEFAULT(SlidingWindowSynchronizationStrategy.SYNCHRONIZED, true, true),
  /** The lock-free window. */
  LOCK_FREE(SlidingWindowSynchronizationStrategy.LOCK_FREE, true, true),
  /** The time of a call is read from a clock that stands still. */
  UNTIMED(SlidingWindowSynchronizationStrategy.SYNCHRONIZED, false, true),
  /** Refusals have no stack trace. */
  STACKLESS(SlidingWindowSynchronizationStrategy.SYNCHRONIZED, true, false);

  private static final int PERMITS = 1_000_000_000;

  private final SlidingWindowSynchronizationStrategy strategy;
  private final boolean timed;
  private final boolean stackTraces;

  Resilience4j(SlidingWindowSynchronizationStrategy strategy, boolean timed, boolean stackTraces) {
    this.strategy = strategy;
    this.timed = timed;
    this.stackTraces = stackTraces;
  }

  Guard guard(Shape shape, Work work) {
    Supplier<Object> supplier = work::get;
    return switch (shape) {
      case BREAKER_CALLS, BREAKER_TIME ->
          CircuitBreaker.decorateSupplier(breaker(shape), supplier)::get;
      case BULKHEAD -> Bulkhead.decorateSupplier(bulkhead(), supplier)::get;
      case RETRY -> Retry.decorateSupplier(Retry.ofDefaults("benchmark"), supplier)::get;
      case RATE_LIMITER -> RateLimiter.decorateSupplier(rateLimiter(), supplier)::get;
      case PIPELINE_CALLS, PIPELINE_TIME ->
          Retry.decorateSupplier(
                  Retry.ofDefaults("benchmark"),
                  CircuitBreaker.decorateSupplier(
                      breaker(shape), Bulkhead.decorateSupplier(bulkhead(), supplier)))
              ::get;
      case OPEN -> CircuitBreaker.decorateSupplier(opened(), supplier)::get;
      case OPEN_UNTHROWN -> {
        CircuitBreaker open = opened();
        yield () -> open.tryAcquirePermission();
      }
      default -> throw shape.notMeasured();
    };
  }

  private CircuitBreaker breaker(Shape shape) {
    CircuitBreakerConfig.Builder config = CircuitBreakerConfig.custom();
    switch (shape) {
      case BREAKER_CALLS, PIPELINE_CALLS ->
          config.slidingWindow(100, 100, SlidingWindowType.COUNT_BASED, strategy);
      case BREAKER_TIME, PIPELINE_TIME ->
          config.slidingWindow(10, 100, SlidingWindowType.TIME_BASED, strategy);
      default -> throw shape.notMeasured();
    }
    if (!timed) {
      config.currentTimestampFunction(clock -> 0L, TimeUnit.NANOSECONDS);
    }
    return CircuitBreaker.of("benchmark", config.build());
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

  private CircuitBreaker opened() {
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

  /** Returns a breaker of the default kind that has been used and is idle again. */
  static CircuitBreaker idle(Shape shape) {
    CircuitBreaker breaker = DEFAULT.breaker(shape);
    for (int i = 0; i < 1_000; i++) {
      breaker.executeSupplier(() -> "payload");
    }
    return breaker;
  }
}
