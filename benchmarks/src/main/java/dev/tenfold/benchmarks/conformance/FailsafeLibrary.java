// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import dev.failsafe.Bulkhead;
import dev.failsafe.BulkheadFullException;
import dev.failsafe.CircuitBreaker;
import dev.failsafe.CircuitBreakerBuilder;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Policy;
import dev.failsafe.RateLimitExceededException;
import dev.failsafe.RateLimiter;
import dev.failsafe.RetryPolicy;
import dev.failsafe.RetryPolicyBuilder;
import dev.failsafe.Timeout;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Failsafe, which takes no clock. */
final class FailsafeLibrary extends Library {
  private static final Duration MAX_REAL_WAIT = Duration.ofSeconds(1);

  FailsafeLibrary() {
    super(TimeSource.system());
  }

  @Override
  String name() {
    return "Failsafe " + Peers.version("failsafe");
  }

  @Override
  boolean refusal(Throwable error) {
    return error instanceof CircuitBreakerOpenException
        || error instanceof BulkheadFullException
        || error instanceof RateLimitExceededException;
  }

  @Override
  void pass(Duration duration) {
    if (duration.compareTo(MAX_REAL_WAIT) > 0) {
      throw new NotOfferedException("takes no clock");
    }
    super.pass(duration);
  }

  @Override
  Guarded guard(Spec... specs) {
    List<Policy<Object>> policies = new ArrayList<>();
    CircuitBreaker<Object> breaker = null;
    for (Spec spec : specs) {
      Policy<Object> policy = policy(spec);
      policies.add(policy);
      breaker = policy instanceof CircuitBreaker<Object> found ? found : breaker;
    }
    return new Executed(Failsafe.with(policies), breaker);
  }

  private static Policy<Object> policy(Spec spec) {
    if (spec instanceof Spec.Breaker wanted) {
      return breaker(wanted);
    }
    if (spec instanceof Spec.Bulkhead wanted) {
      return Bulkhead.builder(wanted.limit()).withMaxWaitTime(wanted.maxWait()).build();
    }
    if (spec instanceof Spec.Retry wanted) {
      RetryPolicyBuilder<Object> retry =
          RetryPolicy.builder().withMaxAttempts(wanted.attempts()).withDelay(wanted.delay());
      if (wanted.repeated() != null) {
        retry.handle(Exception.class).handleResultIf(wanted.repeated()::test);
      }
      return retry.build();
    }
    if (spec instanceof Spec.RateLimiter wanted) {
      return RateLimiter.smoothBuilder(wanted.permits(), wanted.period()).build();
    }
    return Timeout.builder(((Spec.Timeout) spec).length()).withInterrupt().build();
  }

  private static CircuitBreaker<Object> breaker(Spec.Breaker wanted) {
    if (wanted.ignored() != null) {
      throw new NotOfferedException("an exception that is not a failure counts as a success");
    }
    if (wanted.lease() != null) {
      throw new NotOfferedException("a probe keeps its place for as long as it takes");
    }
    CircuitBreakerBuilder<Object> breaker =
        CircuitBreaker.builder().withDelay(wanted.openFor()).withSuccessThreshold(wanted.probes());
    int failures = (wanted.calls() + 1) / 2;
    if (wanted.window() == null) {
      breaker.withFailureThreshold(failures, wanted.calls());
    } else {
      breaker.withFailureThreshold(failures, wanted.calls(), wanted.window());
    }
    if (wanted.failing() != null) {
      breaker.handleResultIf(wanted.failing()::test);
    }
    if (wanted.counted() != null) {
      breaker.handleIf(wanted.counted()::test);
    }
    return breaker.build();
  }

  @Override
  CompletableFuture<Object> callIn(String value, Supplier<CompletableFuture<Object>> call) {
    throw new NotOfferedException("carries no context");
  }

  @Override
  @Nullable String context() {
    return null;
  }

  /** Records the delays of scheduled attempts, since there is no function to ask. */
  @Override
  long[] delaysAtTheCap(Duration base, Duration cap, int draws) {
    List<Duration> delays = new ArrayList<>();
    RetryPolicy<Object> retry =
        RetryPolicy.builder()
            .withBackoff(base, cap)
            .withJitter(0.5)
            .withMaxRetries(10 + draws)
            .onRetryScheduled(event -> delays.add(event.getDelay()))
            .build();
    try {
      Failsafe.with(retry)
          .run(() -> {
            throw new IllegalStateException("backend failed");
          });
    } catch (IllegalStateException lastAttempt) {
      return delays.stream().skip(10).mapToLong(Duration::toNanos).toArray();
    }
    throw new IllegalStateException("a call that fails came back without an exception");
  }

  private record Executed(
      FailsafeExecutor<Object> executor, @Nullable CircuitBreaker<Object> breaker)
      implements Guarded {

    @Override
    public Object call(Callable<Object> work) throws FailsafeException {
      return executor.get(work::call);
    }

    @Override
    public CompletableFuture<Object> callAsync(Supplier<CompletionStage<Object>> work) {
      return executor.getStageAsync(work::get);
    }

    @Override
    public String state() {
      return String.valueOf(breaker == null ? null : breaker.getState());
    }
  }
}
