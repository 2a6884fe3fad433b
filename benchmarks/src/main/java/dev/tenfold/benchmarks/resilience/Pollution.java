// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Policy;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Verdict;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a real process has done to the profile of the pipeline's code before a call is measured:
 * gates of several classes in several orders, several suppliers, some that fail. Without it a fork
 * sees one pipeline only, and the compiler takes every choice in it for settled.
 */
final class Pollution {
  private static final int CALLS = 20_000;

  private Pollution() {}

  static void spread() {
    List<Pipeline> pipelines =
        List.of(
            pipeline(),
            pipeline(Tenfold.bulkhead(), Tenfold.breaker(Shape.BREAKER_TIME)),
            pipeline(Tenfold.breaker(Shape.BREAKER_SLOW), new Counting()),
            pipeline(new Counting(), quickRetry(), Tenfold.breaker(Shape.BREAKER_CALLS)),
            pipeline(Tenfold.timeout(), new Passing(), Tenfold.bulkhead()),
            pipeline(Tenfold.rateLimiter(), Tenfold.bulkhead()),
            pipeline(quickRetry(), new Passing(), Tenfold.breaker(Shape.BREAKER_SLOW)),
            pipeline(quickRetry(), new Counting(), Tenfold.bulkhead(), Tenfold.timeout()));
    List<CheckedSupplier<Object, Exception>> works =
        List.of(() -> "steady", Pollution::work, new Stumbling());
    for (int i = 0; i < CALLS; i++) {
      for (Pipeline pipeline : pipelines) {
        for (CheckedSupplier<Object, Exception> work : works) {
          pipeline.tryCall(work);
        }
      }
    }
    for (int i = 0; i < CALLS; i++) {
      pipelines.forEach(
          pipeline -> pipeline.callAsync(() -> CompletableFuture.completedFuture("done")).join());
    }
  }

  private static Pipeline pipeline(Policy... policies) {
    return Pipeline.of("pollution", policies);
  }

  private static Retry quickRetry() {
    return Retry.builder("pollution").backoff((failures, random) -> 0).build();
  }

  private static Object work() {
    return "method";
  }

  /** Fails one call in sixty-four. */
  private static final class Stumbling implements CheckedSupplier<Object, Exception> {
    private final Exception failure = new Work.Failure();
    private int calls;

    @Override
    public Object get() throws Exception {
      if ((++calls & 63) == 0) {
        throw failure;
      }
      return "stumbling";
    }
  }

  /** A gate of a user's own, which wants to know the time. */
  private static final class Counting implements Gate {
    private final LongAdder ended = new LongAdder();

    @Override
    public String name() {
      return "counting";
    }

    @Override
    public int needs() {
      return TIME_AT_EXIT;
    }

    @Override
    public long enter(long nowNanos) {
      return 0;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
      ended.add(nowNanos & 1);
    }
  }

  /** Another. */
  private static final class Passing implements Gate {

    @Override
    public String name() {
      return "passing";
    }

    @Override
    public long enter(long nowNanos) {
      return 7;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
      if (permit != 7) {
        throw new IllegalStateException("permit " + permit + " was never given");
      }
    }
  }
}
