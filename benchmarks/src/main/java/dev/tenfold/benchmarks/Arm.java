// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.Checks;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * A measured variant: a floor, a library, or Tenfold. Every arm is measured once per round. Equal
 * arms are measured once for all rows that name them.
 */
public sealed interface Arm {

  /**
   * Returns the name in the table.
   *
   * @return the name, with the number of threads if that is not one
   */
  String name();

  /**
   * Returns the unit of the value.
   *
   * @return "ns/op", "B", or the unit of a workload
   */
  String unit();

  /**
   * Returns an arm for a JMH benchmark on one thread.
   *
   * @param name the name in the table
   * @param benchmark the class with the method
   * @param method a method with {@code @Benchmark}, mode average time
   * @param params a value for each {@code @Param}, as pairs of name and value
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
   * @param name the name in the table
   * @param benchmark class and method
   * @param params a value for each {@code @Param}
   * @param threads the number of threads that call at once, at least 1; the time is per call
   */
  record Timed(String name, String benchmark, Map<String, String> params, int threads)
      implements Arm {

    /** Creates an arm. */
    public Timed {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(benchmark, "benchmark");
      params = Map.copyOf(params);
      Checks.atLeast(1, "threads of arm \"" + name + '"', threads);
    }

    /**
     * Returns the same benchmark on more threads.
     *
     * @param count at least 1
     * @return an arm whose name ends in the number of threads
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
   * A figure of a workload that JMH cannot express, such as a share or a count. The workload runs
   * in the process of the suite.
   *
   * @param name the name in the table
   * @param unit the unit of the figure
   * @param workload runs for about a given time and returns the figure
   * @param startsServers whether the workload starts servers, which are processes
   */
  record Workload(
      String name, String unit, ToDoubleFunction<Duration> workload, boolean startsServers)
      implements Arm {

    /**
     * Creates an arm whose workload starts no servers.
     *
     * @param name the name in the table
     * @param unit the unit of the figure
     * @param workload runs for about a given time and returns the figure
     */
    public Workload(String name, String unit, ToDoubleFunction<Duration> workload) {
      this(name, unit, workload, false);
    }
  }

  /**
   * The footprint of an object and of everything it refers to, measured without JMH.
   *
   * @param name the name in the table
   * @param object creates the object
   */
  record Footprint(String name, Supplier<?> object) implements Arm {

    @Override
    public String unit() {
      return "B";
    }
  }

  /**
   * The footprint that one more object of a kind adds: the footprint of two less that of one. What
   * both share does not count.
   *
   * @param name the name in the table
   * @param object creates one object of the kind
   */
  record AddedFootprint(String name, Supplier<?> object) implements Arm {

    @Override
    public String unit() {
      return "B";
    }
  }
}
