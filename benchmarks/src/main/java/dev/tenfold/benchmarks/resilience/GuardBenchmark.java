// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Calls trivial work through the policies of one contender. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GuardBenchmark {

  /** The guarded work, shared by all threads. */
  @State(Scope.Benchmark)
  public static class Guarded {
    /** The library. */
    @Param public Contender contender;

    /** The policies. */
    @Param public Shape shape;

    /** The number of calls per failure of the work; 0: no call fails. */
    @Param({"0"})
    public int failEvery;

    Guard guard;

    /** Creates the guard. */
    @Setup
    public void setUp() {
      guard = contender.guard(shape, Work.failingEvery(failEvery));
    }
  }

  /** The depth of the stack at the call. */
  @State(Scope.Benchmark)
  public static class Stack {
    /** The number of frames between the benchmark and the method that calls and catches. */
    @Param({"0", "40"})
    public int depth;

    Object descend(Guard guard, int frames) {
      return frames == 0 ? refusal(guard) : descend(guard, frames - 1);
    }

    // Inlined, this method would make each frame above it heavier than the frame of a caller.
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private Object refusal(Guard guard) {
      Object answer;
      try {
        answer = guard.call();
      } catch (RuntimeException refusal) {
        return refusal;
      }
      throw new IllegalStateException("the call was not refused and returned " + answer);
    }
  }

  /**
   * Calls work that never fails.
   *
   * @param guarded the work behind policies
   * @return the result
   */
  @Benchmark
  public Object call(Guarded guarded) {
    return guarded.guard.call();
  }

  /**
   * Calls work of which a few calls fail.
   *
   * @param guarded the work behind policies
   * @return the result or the exception
   */
  @Benchmark
  public Object stumble(Guarded guarded) {
    try {
      return guarded.guard.call();
    } catch (Work.Failure failure) {
      return failure;
    }
  }

  /**
   * Calls policies that refuse every call.
   *
   * @param guarded the work behind policies
   * @param stack the depth
   * @return the refusal
   */
  @Benchmark
  public Object refuse(Guarded guarded, Stack stack) {
    return stack.descend(guarded.guard, stack.depth);
  }
}
