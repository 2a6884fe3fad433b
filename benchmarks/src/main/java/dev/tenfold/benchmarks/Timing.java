// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.Duration;

/**
 * The iterations of a fork.
 *
 * @param warmups the number of warm-up iterations, at least 0
 * @param measured the number of measured iterations, at least 1
 * @param each the length of an iteration
 */
record Timing(int warmups, int measured, Duration each) {

  /**
   * The overhead of a fork: the start of the JVM, the setup of the state, the end. About 0.6 s on
   * two cores that are busy with other work.
   */
  private static final Duration START = Duration.ofMillis(1000);

  static Timing of(int warmups, int measured, long eachMillis) {
    return new Timing(warmups, measured, Duration.ofMillis(eachMillis));
  }

  /** Returns the expected length of a fork with its overhead. */
  Duration perFork() {
    return each.multipliedBy((long) warmups + measured).plus(START);
  }

  @Override
  public String toString() {
    return warmups
        + " x "
        + each.toMillis()
        + " ms warm-up + "
        + measured
        + " x "
        + each.toMillis()
        + " ms measured";
  }
}
