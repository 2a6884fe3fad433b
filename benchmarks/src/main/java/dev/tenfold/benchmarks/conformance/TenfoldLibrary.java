// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.Backoff;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Policy;
import dev.tenfold.resilience.RateLimiter;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Timeout;
import dev.tenfold.resilience.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ours, in virtual time. */
final class TenfoldLibrary extends Library {
  private final Ambient.Key<String> context = Ambient.key("conformance");

  TenfoldLibrary() {
    super(ManualTimeSource.autoAdvancing());
  }

  @Override
  String name() {
    return "Tenfold";
  }

  @Override
  boolean refusal(Throwable error) {
    return error instanceof RejectedException;
  }

  @Override
  Guarded guard(Spec... specs) {
    List<Policy> policies = new ArrayList<>();
    CircuitBreaker breaker = null;
    for (Spec spec : specs) {
      Policy policy = policy(spec);
      policies.add(policy);
      breaker = policy instanceof CircuitBreaker found ? found : breaker;
    }
    Pipeline pipeline =
        Pipeline.builder("conformance", policies.toArray(Policy[]::new))
            .executor(Runnable::run)
            .build();
    return new Piped(pipeline, breaker);
  }

  private Policy policy(Spec spec) {
    if (spec instanceof Spec.Breaker wanted) {
      return breaker(wanted);
    }
    if (spec instanceof Spec.Bulkhead wanted) {
      return Bulkhead.builder("conformance", wanted.limit())
          .maxWait(wanted.maxWait())
          .timeSource(time)
          .build();
    }
    if (spec instanceof Spec.Retry wanted) {
      Retry.Builder retry =
          Retry.builder("conformance")
              .maxAttempts(wanted.attempts())
              .backoff(Backoff.constant(wanted.delay()))
              .withoutBudget()
              .timeSource(time);
      if (wanted.repeated() != null) {
        retry.classifier((value, error) -> {
          boolean again = error != null || wanted.repeated().test(value);
          return again ? Verdict.FAILURE : Verdict.SUCCESS;
        });
      }
      return retry.build();
    }
    if (spec instanceof Spec.RateLimiter wanted) {
      return RateLimiter.builder("conformance", wanted.permits(), wanted.period())
          .burst(wanted.permits())
          .timeSource(time)
          .build();
    }
    Spec.Timeout wanted = (Spec.Timeout) spec;
    return Timeout.builder("conformance", wanted.length()).timeSource(time).build();
  }

  private CircuitBreaker breaker(Spec.Breaker wanted) {
    CircuitBreaker.Builder breaker =
        CircuitBreaker.builder("conformance")
            .minimumCalls(wanted.calls())
            .openFor(wanted.openFor())
            .probes(wanted.probes())
            .timeSource(time);
    if (wanted.lease() != null) {
      breaker.probeLease(wanted.lease());
    }
    if (wanted.window() == null) {
      breaker.window(wanted.calls());
    } else {
      breaker.window(wanted.window());
    }
    if (wanted.failing() != null || wanted.ignored() != null || wanted.counted() != null) {
      breaker.classifier((value, error) -> verdict(wanted, value, error));
    }
    return breaker.build();
  }

  private static Verdict verdict(
      Spec.Breaker wanted, @Nullable Object value, @Nullable Throwable error) {
    boolean failed;
    if (error == null) {
      failed = wanted.failing() != null && wanted.failing().test(value);
    } else if (wanted.ignored() != null && wanted.ignored().test(error)) {
      return Verdict.IGNORED;
    } else {
      failed = wanted.counted() == null || wanted.counted().test(error);
    }
    return failed ? Verdict.FAILURE : Verdict.SUCCESS;
  }

  @Override
  CompletableFuture<Object> callIn(String value, Supplier<CompletableFuture<Object>> call) {
    return Ambient.call(context, value, call::get);
  }

  @Override
  @Nullable String context() {
    return Ambient.get(context);
  }

  @Override
  long[] delaysAtTheCap(Duration base, Duration cap, int draws) {
    Backoff backoff = Backoff.exponential(base, cap).fullJitter();
    SplittableRandom random = new SplittableRandom(1);
    long[] delays = new long[draws];
    for (int i = 0; i < draws; i++) {
      delays[i] = backoff.delayNanos(100 + i, random);
    }
    return delays;
  }

  private record Piped(Pipeline pipeline, @Nullable CircuitBreaker breaker) implements Guarded {

    @Override
    public Object call(Callable<Object> work) throws Exception {
      return pipeline.call(work::call);
    }

    @Override
    public CompletableFuture<Object> callAsync(Supplier<CompletionStage<Object>> work) {
      return pipeline.callAsync(work::get);
    }

    @Override
    public String state() {
      return String.valueOf(breaker == null ? null : breaker.state());
    }
  }
}
