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
 * Calls through many pipelines before a measurement, so that the compiler's profile of the code is
 * like that of a real process: gates of several classes in several orders, several suppliers, some
 * of which fail. Without them a fork has one pipeline only, and the compiler specializes for it.
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

  /** A custom gate that needs the time. */
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

  /** A custom gate that needs no time. */
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
        throw new IllegalStateException(
            "permit " + permit + " is not the permit of enter, which is 7");
      }
    }
  }
}
