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

/** Calls a trivial supplier through the policies of one contender. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GuardBenchmark {

  /** The guarded work, shared by all threads. */
  @State(Scope.Benchmark)
  public static class Guarded {
    /** Who guards. */
    @Param public Contender contender;

    /** By which policies. */
    @Param public Shape shape;

    /** Every how many calls the work fails; 0: never. */
    @Param({"0"})
    public int failEvery;

    Guard guard;

    /** Makes the guard. */
    @Setup
    public void setUp() {
      guard = contender.guard(shape, Work.failingEvery(failEvery));
    }
  }

  /** How deep in the stack the call is made. */
  @State(Scope.Benchmark)
  public static class Stack {
    /** Frames between the benchmark and the method that calls and catches. */
    @Param({"0", "40"})
    public int depth;

    Object descend(Guard guard, int frames) {
      return frames == 0 ? refusal(guard) : descend(guard, frames - 1);
    }

    // Inlined into every frame above it, it would make those frames heavier than a caller's are.
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private Object refusal(Guard guard) {
      Object answer;
      try {
        answer = guard.call();
      } catch (RuntimeException refusal) {
        return refusal;
      }
      throw new IllegalStateException("was not refused: " + answer);
    }
  }

  /**
   * Calls work that never fails.
   *
   * @param guarded the work behind policies
   * @return its result
   */
  @Benchmark
  public Object call(Guarded guarded) {
    return guarded.guard.call();
  }

  /**
   * Calls work that fails now and then.
   *
   * @param guarded the work behind policies
   * @return its result or what it threw
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
   * Calls what refuses every call.
   *
   * @param guarded the work behind policies
   * @param stack knows how deep
   * @return the refusal
   */
  @Benchmark
  public Object refuse(Guarded guarded, Stack stack) {
    return stack.descend(guarded.guard, stack.depth);
  }
}
