// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

/** Measures an arm: {@link ForkMeter}, or planted figures in tests. */
interface Meter {

  /**
   * Measures once.
   *
   * @throws MeasurementException if it cannot be measured
   */
  Sample measure(Arm arm, Timing timing);

  /** An arm that does not start or fails while it runs. */
  final class MeasurementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MeasurementException(Arm arm, Throwable cause) {
      super(arm.name() + " cannot be measured: " + cause.getMessage(), cause);
    }
  }
}
