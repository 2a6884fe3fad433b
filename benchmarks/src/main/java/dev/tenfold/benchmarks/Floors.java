// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.List;

/**
 * The floors that several suites share: what the machine asks for the parts that calls are made of.
 */
public final class Floors {

  /** A call through an interface that reads a field. */
  public static final Arm.Timed RAW_CALL = floor("raw call", "rawCall");

  /** One {@code System.nanoTime()}. */
  public static final Arm.Timed CLOCK_READ = floor("clock read", "clockRead");

  /** One atomic add that no other thread contends for. */
  public static final Arm.Timed ATOMIC_ADD = floor("atomic add", "atomicAdd");

  /** One atomic add, two threads on the same word. */
  public static final Arm.Timed ATOMIC_ADD_CONTENDED = ATOMIC_ADD.threads(2);

  /** One add to a striped counter, as statistics use it. */
  public static final Arm.Timed STRIPED_ADD = floor("striped add", "stripedAdd");

  /** One add each of two threads to one striped counter. */
  public static final Arm.Timed STRIPED_ADD_CONTENDED = STRIPED_ADD.threads(2);

  /** The raw call between {@code tryAcquire} and {@code release} of an unfair semaphore. */
  public static final Arm.Timed SEMAPHORE = floor("semaphore around raw call", "semaphore");

  /** The same, two threads on one semaphore. */
  public static final Arm.Timed SEMAPHORE_CONTENDED = SEMAPHORE.threads(2);

  /** Throws and catches an exception that was made before and has no stack trace. */
  public static final Arm.Timed THROW = throwAtDepth(0);

  /** The same with 40 frames more on the stack, which are the larger part of it. */
  public static final Arm.Timed THROW_DEEP = throwAtDepth(40);

  private Floors() {}

  /**
   * Returns all of them.
   *
   * @return the floors of this class
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
