// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.Duration;

/**
 * How long one fork measures.
 *
 * @param warmups iterations that do not count, at least 0
 * @param measured iterations that count, at least 1
 * @param each how long an iteration lasts
 */
record Timing(int warmups, int measured, Duration each) {

  /**
   * What a fork costs besides its iterations: starting a JVM, making the state, ending. It takes
   * about 0.6 s on two cores that are busy with other work.
   */
  private static final Duration START = Duration.ofMillis(1000);

  static Timing of(int warmups, int measured, long eachMillis) {
    return new Timing(warmups, measured, Duration.ofMillis(eachMillis));
  }

  /** The expected cost of a fork, start included. */
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
