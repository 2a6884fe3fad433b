// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.List;

/**
 * The floors that several suites share: the costs of the parts that a guarded call is made of, on
 * this machine.
 */
public final class Floors {

  /** A call through an interface that reads a field. */
  public static final Arm.Timed RAW_CALL = floor("raw call", "rawCall");

  /** One {@code System.nanoTime()}. */
  public static final Arm.Timed CLOCK_READ = floor("clock read", "clockRead");

  /** One uncontended atomic add. */
  public static final Arm.Timed ATOMIC_ADD = floor("atomic add", "atomicAdd");

  /** One atomic add; two threads use the same word. */
  public static final Arm.Timed ATOMIC_ADD_CONTENDED = ATOMIC_ADD.threads(2);

  /** One add to a striped counter ({@code LongAdder}). */
  public static final Arm.Timed STRIPED_ADD = floor("striped add", "stripedAdd");

  /** One add to a striped counter that two threads use. */
  public static final Arm.Timed STRIPED_ADD_CONTENDED = STRIPED_ADD.threads(2);

  /** The raw call between {@code tryAcquire} and {@code release} of an unfair semaphore. */
  public static final Arm.Timed SEMAPHORE = floor("semaphore around raw call", "semaphore");

  /** The same; two threads use one semaphore. */
  public static final Arm.Timed SEMAPHORE_CONTENDED = SEMAPHORE.threads(2);

  /** Throws and catches a preallocated exception without a stack trace. */
  public static final Arm.Timed THROW = throwAtDepth(0);

  /** The same with 40 more frames on the stack, which make up most of the cost. */
  public static final Arm.Timed THROW_DEEP = throwAtDepth(40);

  private Floors() {}

  /**
   * Returns all floors of this class.
   *
   * @return the floors
   */
  public static List<Arm> all() {
    return List.of(
        RAW_CALL,
        CLOCK_READ,
        ATOMIC_ADD,
        ATOMIC_ADD_CONTENDED,
        STRIPED_ADD,
        STRIPED_ADD_CONTENDED,
        SEMAPHORE,
        SEMAPHORE_CONTENDED,
        THROW,
        THROW_DEEP);
  }

  private static Arm.Timed floor(String name, String method) {
    return Arm.timed(name, FloorBenchmark.class, method);
  }

  private static Arm.Timed throwAtDepth(int depth) {
    String name = "preallocated throw, depth " + depth;
    return Arm.timed(name, FloorBenchmark.class, "preallocatedThrow", "depth", depth);
  }
}
