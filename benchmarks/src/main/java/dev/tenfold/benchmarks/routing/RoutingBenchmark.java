// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import java.util.SplittableRandom;
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

/** Routes one key after the other by one contender. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {

  /** The router. */
  @State(Scope.Benchmark)
  public static class Routing {
    /** Who routes. */
    @Param public Contender contender;

    /** Over how many shards. */
    @Param({"16"})
    public int shards;

    Router router;

    /** Makes the router. */
    @Setup
    public void setUp() {
      router = contender.over(shards);
    }
  }

  /** Keys as they come from a sequence with gaps, cycled through so that none is a constant. */
  @State(Scope.Thread)
  public static class Numbers {
    final long[] keys = new SplittableRandom(1).longs(Texts.COUNT, 0, 1L << 40).toArray();
    int next;

    long next() {
      return keys[next++ & Texts.COUNT - 1];
    }
  }

  /** Texts of 21 to 24 ASCII characters, such as an entity's name before its number. */
  @State(Scope.Thread)
  public static class Texts {
    static final int COUNT = 16_384;

    final String[] keys =
        new SplittableRandom(2)
            .longs(COUNT, 100_000_000_000L, 100_000_000_000_000L)
            .mapToObj(number -> "customer:x" + number)
            .toArray(String[]::new);
    int next;

    String next() {
      return keys[next++ & COUNT - 1];
    }
  }

  /**
   * Routes an integer.
   *
   * @param routing the router
   * @param keys the keys
   * @param sink takes the answer
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
   * @param sink takes the answer
   */
  @Benchmark
  public void text(Routing routing, Texts keys, Blackhole sink) {
    routing.router.route(keys.next(), sink);
  }
}
