// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.ContextAwareScheduledThreadPoolExecutor;
import io.github.resilience4j.core.ContextPropagator;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RequestNotPermitted;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Resilience4j: its breaker takes a clock, its timers and retries do not. */
final class Resilience4jLibrary extends Library {
  private static final Duration MAX_REAL_WAIT = Duration.ofMillis(100);

  private final ManualTimeSource breakerTime = new ManualTimeSource();
  private final Context context = new Context();
  private final ContextAwareScheduledThreadPoolExecutor scheduler =
      ContextAwareScheduledThreadPoolExecutor.newScheduledThreadPool()
          .corePoolSize(1)
          .contextPropagators(context)
          .build();

  Resilience4jLibrary() {
    super(TimeSource.system());
  }

  @Override
  String name() {
    return "Resilience4j " + Peers.version("resilience4j");
  }

  @Override
  boolean refusal(Throwable error) {
    return error instanceof CallNotPermittedException
        || error instanceof BulkheadFullException
        || error instanceof RequestNotPermitted;
  }

  @Override
  boolean choosesWindow() {
    return true;
  }

  @Override
  void pass(Duration duration) {
    breakerTime.advance(duration);
    super.pass(duration.compareTo(MAX_REAL_WAIT) < 0 ? duration : MAX_REAL_WAIT);
  }

  @Override
  Guarded guard(Spec... specs) {
    Layer[] layers = new Layer[specs.length];
    CircuitBreaker breaker = null;
    for (int i = 0; i < specs.length; i++) {
      if (specs[i] instanceof Spec.Breaker wanted) {
        breaker = breaker(wanted);
        layers[i] = new BreakerLayer(breaker);
      } else if (specs[i] instanceof Spec.Bulkhead wanted) {
        layers[i] = new BulkheadLayer(bulkhead(wanted));
      } else if (specs[i] instanceof Spec.Retry wanted) {
        layers[i] = new RetryLayer(retry(wanted), scheduler);
      } else if (specs[i] instanceof Spec.RateLimiter wanted) {
        layers[i] = new RateLimiterLayer(rateLimiter(wanted));
      } else {
        throw new NotOfferedException("its TimeLimiter guards futures only");
      }
    }
    return new Decorated(layers, breaker);
  }

  private CircuitBreaker breaker(Spec.Breaker wanted) {
    CircuitBreakerConfig.Builder config =
        CircuitBreakerConfig.custom()
            .clock(new BreakerClock(breakerTime))
            .currentTimestampFunction(clock -> clock.millis(), TimeUnit.MILLISECONDS)
            .waitDurationInOpenState(wanted.openFor())
            .automaticTransitionFromOpenToHalfOpenEnabled(wanted.announced())
            .permittedNumberOfCallsInHalfOpenState(wanted.probes())
            .slidingWindow(
                wanted.window() == null ? wanted.calls() : (int) wanted.window().toSeconds(),
                wanted.calls(),
                wanted.window() == null
                    ? SlidingWindowType.COUNT_BASED
                    : SlidingWindowType.TIME_BASED,
                wanted.lockFree()
                    ? SlidingWindowSynchronizationStrategy.LOCK_FREE
                    : SlidingWindowSynchronizationStrategy.SYNCHRONIZED);
    if (wanted.lease() != null) {
      config.maxWaitDurationInHalfOpenState(wanted.lease());
    }
    if (wanted.failing() != null) {
      config.recordResult(wanted.failing());
    }
    if (wanted.ignored() != null) {
      config.ignoreException(wanted.ignored());
    }
    if (wanted.counted() != null) {
      config.recordException(wanted.counted());
    }
    return CircuitBreaker.of("conformance", config.build());
  }

  private static Bulkhead bulkhead(Spec.Bulkhead wanted) {
    return Bulkhead.of(
        "conformance",
        BulkheadConfig.custom()
            .maxConcurrentCalls(wanted.limit())
            .maxWaitDuration(wanted.maxWait())
            .build());
  }

  private static RateLimiter rateLimiter(Spec.RateLimiter wanted) {
    return RateLimiter.of(
        "conformance",
        RateLimiterConfig.custom()
            .limitForPeriod(wanted.permits())
            .limitRefreshPeriod(wanted.period())
            .timeoutDuration(Duration.ZERO)
            .build());
  }

  private static Retry retry(Spec.Retry wanted) {
    RetryConfig.Builder<Object> config =
        RetryConfig.custom().maxAttempts(wanted.attempts()).waitDuration(wanted.delay());
    if (wanted.repeated() != null) {
      config.retryOnResult(wanted.repeated());
    }
    return Retry.of("conformance", config.build());
  }

  @Override
  CompletableFuture<Object> callIn(String value, Supplier<CompletableFuture<Object>> call) {
    context.current.set(value);
    try {
      return call.get();
    } finally {
      context.current.remove();
    }
  }

  @Override
  @Nullable String context() {
    return context.current.get();
  }

  @Override
  long[] delaysAtTheCap(Duration base, Duration cap, int draws) {
    IntervalFunction backoff = IntervalFunction.ofExponentialRandomBackoff(base, 2, 0.5, cap);
    long[] delays = new long[draws];
    for (int i = 0; i < draws; i++) {
      delays[i] = TimeUnit.MILLISECONDS.toNanos(backoff.apply(100 + i));
    }
    return delays;
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }

  private interface Layer {
    Callable<Object> around(Callable<Object> work);

    Supplier<CompletionStage<Object>> aroundStage(Supplier<CompletionStage<Object>> work);
  }

  private record BreakerLayer(CircuitBreaker breaker) implements Layer {

    @Override
    public Callable<Object> around(Callable<Object> work) {
      return CircuitBreaker.decorateCallable(breaker, work);
    }

    @Override
    public Supplier<CompletionStage<Object>> aroundStage(Supplier<CompletionStage<Object>> work) {
      return CircuitBreaker.decorateCompletionStage(breaker, work);
    }
  }

  private record BulkheadLayer(Bulkhead bulkhead) implements Layer {

    @Override
    public Callable<Object> around(Callable<Object> work) {
      return Bulkhead.decorateCallable(bulkhead, work);
    }

    @Override
    public Supplier<CompletionStage<Object>> aroundStage(Supplier<CompletionStage<Object>> work) {
      return Bulkhead.decorateCompletionStage(bulkhead, work);
    }
  }

  private record RateLimiterLayer(RateLimiter limiter) implements Layer {

    @Override
    public Callable<Object> around(Callable<Object> work) {
      return RateLimiter.decorateCallable(limiter, work);
    }

    @Override
    public Supplier<CompletionStage<Object>> aroundStage(Supplier<CompletionStage<Object>> work) {
      return RateLimiter.decorateCompletionStage(limiter, work);
    }
  }

  private record RetryLayer(Retry retry, ScheduledExecutorService scheduler) implements Layer {

    @Override
    public Callable<Object> around(Callable<Object> work) {
      return Retry.decorateCallable(retry, work);
    }

    @Override
    public Supplier<CompletionStage<Object>> aroundStage(Supplier<CompletionStage<Object>> work) {
      return Retry.decorateCompletionStage(retry, scheduler, work);
    }
  }

  private record Decorated(Layer[] layers, @Nullable CircuitBreaker breaker) implements Guarded {

    @Override
    public Object call(Callable<Object> work) throws Exception {
      Callable<Object> decorated = work;
      for (int i = layers.length - 1; i >= 0; i--) {
        decorated = layers[i].around(decorated);
      }
      return decorated.call();
    }

    @Override
    public CompletableFuture<Object> callAsync(Supplier<CompletionStage<Object>> work) {
      Supplier<CompletionStage<Object>> decorated = work;
      for (int i = layers.length - 1; i >= 0; i--) {
        decorated = layers[i].aroundStage(decorated);
      }
      return decorated.get().toCompletableFuture();
    }

    @Override
    public String state() {
      return String.valueOf(breaker == null ? null : breaker.getState());
    }
  }

  /** What its users register so that a context follows a call to the scheduler. */
  private static final class Context implements ContextPropagator<String> {
    private final ThreadLocal<String> current = new ThreadLocal<>();

    @Override
    public Supplier<Optional<String>> retrieve() {
      return () -> Optional.ofNullable(current.get());
    }

    @Override
    public Consumer<Optional<String>> copy() {
      return value -> value.ifPresent(current::set);
    }

    @Override
    public Consumer<Optional<String>> clear() {
      return value -> current.remove();
    }
  }

  private static final class BreakerClock extends Clock {
    private final TimeSource time;

    private BreakerClock(TimeSource time) {
      this.time = time;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(time.nanoTime());
    }
  }
}
