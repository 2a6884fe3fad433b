// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.cache;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reads keys in turn, all of which are in memory. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemoryHitBenchmark {
  private static final int ENTRIES = 1024;

  private static String[] keys() {
    return IntStream.range(0, ENTRIES).mapToObj(i -> "user:" + i).toArray(String[]::new);
  }

  /** The filled cache, with values of 100 bytes. */
  @State(Scope.Benchmark)
  public static class Filled {
    /** The cache. */
    @Param public Contender contender;

    Memory memory;

    /** Fills the cache and checks that every key is a hit. */
    @Setup
    public void setUp() {
      memory = contender.holding(keys());
      for (String key : keys()) {
        if (memory.get(key) == null) {
          throw new IllegalStateException(contender + " does not hold " + key);
        }
      }
    }
  }

  /** The keys: equal to those in the cache, but not the same objects. */
  @State(Scope.Thread)
  public static class Keys {
    final String[] keys = keys();
    int next;

    String next() {
      return keys[next++ & ENTRIES - 1];
    }
  }

  /**
   * Reads one key.
   *
   * @param filled the cache
   * @param keys the keys
   * @return the value
   */
  @Benchmark
  public @Nullable Object hit(Filled filled, Keys keys) {
    return filled.memory.get(keys.next());
  }
}
