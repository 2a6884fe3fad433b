// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The benchmarks behind {@link Floors}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FloorBenchmark {

  /** The guarded work: a supplier that reads a field. */
  @State(Scope.Benchmark)
  public static class Call {
    Object payload = "payload";
    Supplier<Object> supplier = () -> payload;
  }

  /** A counter in one word, and a striped one. */
  @State(Scope.Benchmark)
  public static class Counter {
    final AtomicLong value = new AtomicLong();
    final LongAdder striped = new LongAdder();
  }

  /** A semaphore with more permits than threads. */
  @State(Scope.Benchmark)
  public static class Permits {
    final Semaphore semaphore = new Semaphore(100, false);
  }

  /** Throws and catches below a given number of stack frames. */
  @State(Scope.Benchmark)
  public static class Thrower {
    /** The number of frames between the benchmark and the method that catches. */
    @Param({"0", "40"})
    public int depth;

    private Stackless exception;

    /** Creates the exception. */
    @Setup
    public void setUp() {
      exception = new Stackless();
    }

    Object descend(int frames) {
      return frames == 0 ? throwAndCatch() : descend(frames - 1);
    }

    // Inlined, this method would make each frame above it heavier than the frame of a caller.
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private Object throwAndCatch() {
      try {
        return refuse();
      } catch (Stackless refused) {
        return refused;
      }
    }

    private Object refuse() {
      throw exception;
    }
  }

  private static final class Stackless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Stackless() {
      super("refused", null, false, false);
    }
  }

  /**
   * Calls the work without any wrapper.
   *
   * @param call the work
   * @return the result of the work
   */
  @Benchmark
  public Object rawCall(Call call) {
    return call.supplier.get();
  }

  /**
   * Reads the clock once.
   *
   * @return the reading
   */
  @Benchmark
  public long clockRead() {
    return System.nanoTime();
  }

  /**
   * Adds once.
   *
   * @param counter shared by all threads
   * @return the sum
   */
  @Benchmark
  public long atomicAdd(Counter counter) {
    return counter.value.incrementAndGet();
  }

  /**
   * Adds once to a striped counter.
   *
   * @param counter shared by all threads
   */
  @Benchmark
  public void stripedAdd(Counter counter) {
    counter.striped.increment();
  }

  /**
   * Acquires, calls, releases.
   *
   * @param permits shared by all threads
   * @param call the work
   * @return the result of the work
   */
  @Benchmark
  public Object semaphore(Permits permits, Call call) {
    if (!permits.semaphore.tryAcquire()) {
      throw new IllegalStateException("the semaphore has fewer permits than there are threads");
    }
    try {
      return call.supplier.get();
    } finally {
      permits.semaphore.release();
    }
  }

  /**
   * Descends, throws and catches.
   *
   * @param thrower the depth and the exception
   * @return the exception
   */
  @Benchmark
  public Object preallocatedThrow(Thrower thrower) {
    return thrower.descend(thrower.depth);
  }
}
