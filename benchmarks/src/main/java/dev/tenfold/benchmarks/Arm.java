// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One thing that is measured, once in every round: a floor, a peer or ours. Arms that are equal are
 * measured once for all rows that name them.
 */
public sealed interface Arm {

  /**
   * Returns what the table calls it.
   *
   * @return the name, with the number of threads if that is not one
   */
  String name();

  /**
   * Returns the unit of its value.
   *
   * @return "ns/op" or "B"
   */
  String unit();

  /**
   * Names a benchmark of one thread.
   *
   * @param name what the table calls it
   * @param benchmark the class with the method
   * @param method a method with {@code @Benchmark}, mode average time
   * @param params a value for each {@code @Param}, in pairs of name and value
   * @return the arm
   */
  static Timed timed(String name, Class<?> benchmark, String method, Object... params) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < params.length; i += 2) {
      values.put(params[i].toString(), params[i + 1].toString());
    }
    return new Timed(name, benchmark.getName() + "." + method, values, 1);
  }

  /**
   * A JMH benchmark: nanoseconds and allocated bytes per operation.
   *
   * @param name what the table calls it
   * @param benchmark class and method
   * @param params a value for each {@code @Param}
   * @param threads how many threads call at once, at least 1; the time is per call of one thread
   */
  record Timed(String name, String benchmark, Map<String, String> params, int threads)
      implements Arm {

    /** Copies the parameters. */
    public Timed {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(benchmark, "benchmark");
      params = Map.copyOf(params);
      if (threads < 1) {
        throw new IllegalArgumentException("threads " + threads + " is less than 1");
      }
    }

    /**
     * The same benchmark with so many threads.
     *
     * @param count at least 1
     * @return an arm whose name ends in the number
     */
    public Timed threads(int count) {
      return new Timed(name + ", " + count + " threads", benchmark, params, count);
    }

    @Override
    public String unit() {
      return "ns/op";
    }
  }

  /**
   * The memory that an object and everything it refers to holds, weighed without JMH.
   *
   * @param name what the table calls it
   * @param object makes the object
   */
  record Footprint(String name, Supplier<?> object) implements Arm {

    @Override
    public String unit() {
      return "B";
    }
  }

  /**
   * The memory that one more of a kind holds: two of them weighed together, less one. What they
   * share does not count.
   *
   * @param name what the table calls it
   * @param object makes one of the kind
   */
  record AddedFootprint(String name, Supplier<?> object) implements Arm {

    @Override
    public String unit() {
      return "B";
    }
  }
}
