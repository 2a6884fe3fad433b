// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Routes keys in turn by one contender. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {

  /** The router. */
  @State(Scope.Benchmark)
  public static class Routing {
    /** The contender. */
    @Param public Contender contender;

    /** The number of shards. */
    @Param({"16"})
    public int shards;

    Router router;

    /** Creates the router. */
    @Setup
    public void setUp() {
      router = contender.over(shards);
    }
  }

  /** Integers. */
  @State(Scope.Thread)
  public static class Numbers {
    /** The number of keys per pinned key; 0: no key is pinned. */
    @Param({"0"})
    public int pinnedOneIn;

    private long[] keys;
    private int next;

    /** Creates the keys. */
    @Setup
    public void setUp() {
      keys = Keys.numbers(pinnedOneIn);
    }

    long next() {
      return keys[next++ & Keys.COUNT - 1];
    }
  }

  /** Texts. */
  @State(Scope.Thread)
  public static class Texts {
    private final String[] keys = Keys.texts();
    private int next;

    String next() {
      return keys[next++ & Keys.COUNT - 1];
    }
  }

  /**
   * Routes an integer.
   *
   * @param routing the router
   * @param keys the keys
   * @param sink consumes the result
   */
  @Benchmark
  public void number(Routing routing, Numbers keys, Blackhole sink) {
    routing.router.route(keys.next(), sink);
  }

  /**
   * Routes a text.
   *
   * @param routing the router
   * @param keys the keys
   * @param sink consumes the result
   */
  @Benchmark
  public void text(Routing routing, Texts keys, Blackhole sink) {
    routing.router.route(keys.next(), sink);
  }
}
