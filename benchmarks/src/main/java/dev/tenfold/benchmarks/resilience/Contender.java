// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import com.google.common.util.concurrent.RateLimiter;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.core.retry.Retryable;

/**
 * The libraries that guard calls. A contender creates a guard of a shape that the library offers,
 * and loads no class of another contender.
 *
 * <p>The guard of a peer is created once and called often, which is the cheapest use of the peer.
 */
public enum Contender {
  /** Tenfold. */
  OURS,
  /** Tenfold, after other pipelines have run through the same code. */
  OURS_POLLUTED,
  /** No library: the work alone. */
  NOBODY,
  /** Resilience4j. */
  RESILIENCE4J,
  /** Resilience4j with its lock-free window, which is not its default. */
  RESILIENCE4J_LOCK_FREE,
  /** Resilience4j with a clock that stands still, so that it times no call. */
  RESILIENCE4J_UNTIMED,
  /** Resilience4j whose refusals have no stack trace. */
  RESILIENCE4J_STACKLESS,
  /** Failsafe. */
  FAILSAFE,
  /** SmallRye Fault Tolerance, standalone. */
  SMALLRYE,
  /** Spring Framework's RetryTemplate. */
  SPRING,
  /** Guava's RateLimiter. */
  GUAVA,
  /** Bucket4j, in the heap. */
  BUCKET4J;

  private static final long PERMITS = 1_000_000_000;

  Guard guard(Shape shape, Work work) {
    return switch (this) {
      case OURS -> Tenfold.guard(shape, work);
      case OURS_POLLUTED -> {
        Pollution.spread();
        yield Tenfold.guard(shape, work);
      }
      case NOBODY -> work::get;
      case RESILIENCE4J -> Resilience4j.DEFAULT.guard(shape, work);
      case RESILIENCE4J_LOCK_FREE -> Resilience4j.LOCK_FREE.guard(shape, work);
      case RESILIENCE4J_UNTIMED -> Resilience4j.UNTIMED.guard(shape, work);
      case RESILIENCE4J_STACKLESS -> Resilience4j.STACKLESS.guard(shape, work);
      case FAILSAFE -> FailsafeLibrary.guard(shape, work);
      case SMALLRYE -> SmallRye.guard(shape, work);
      case SPRING -> Spring.guard(work);
      case GUAVA -> Guava.guard(work);
      case BUCKET4J -> Bucket4j.guard(work);
    };
  }

  private static final class Spring {

    static Guard guard(Work work) {
      Retryable<Object> supplier = work::get;
      RetryTemplate retry = new RetryTemplate(RetryPolicy.withDefaults());
      return () -> {
        try {
          return retry.execute(supplier);
        } catch (RetryException e) {
          throw new IllegalStateException(e);
        }
      };
    }
  }

  private static final class Guava {

    static Guard guard(Work work) {
      RateLimiter limiter = RateLimiter.create(PERMITS);
      return () -> {
        limiter.acquire();
        return work.get();
      };
    }
  }

  private static final class Bucket4j {

    static Guard guard(Work work) {
      Bucket bucket =
          Bucket.builder()
              .addLimit(
                  limit -> limit.capacity(PERMITS).refillGreedy(PERMITS, Duration.ofSeconds(1)))
              .build();
      return () -> {
        if (!bucket.tryConsume(1)) {
          throw new IllegalStateException("the bucket is empty");
        }
        return work.get();
      };
    }
  }
}
