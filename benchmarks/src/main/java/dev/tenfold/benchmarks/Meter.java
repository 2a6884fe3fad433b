// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/** Measures arms: by JMH in {@link ForkMeter}, or with given figures in tests. */
interface Meter {

  /**
   * Measures an arm once.
   *
   * @throws MeasurementException if the arm cannot be measured
   */
  Sample measure(Arm arm, Timing timing);

  /**
   * Writes the forks measured so far in JMH's own JSON format.
   *
   * @throws IOException if the file cannot be written
   */
  void writeJmhResults(Path file) throws IOException;

  /** An arm could not be started, or failed while it ran. */
  final class MeasurementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MeasurementException(Arm arm, Throwable cause) {
      super(arm.name() + " cannot be measured: " + cause.getMessage(), cause);
    }
  }
}
