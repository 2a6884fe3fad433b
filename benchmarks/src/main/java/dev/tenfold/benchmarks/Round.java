// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.Map;

/**
 * One measurement of every arm of a suite. The arms of a round are close in time, so that a claim
 * may compare them.
 *
 * @param samples the sample of every arm
 */
public record Round(Map<Arm, Sample> samples) {

  /** Creates a round. */
  public Round {
    samples = Map.copyOf(samples);
  }

  /**
   * Returns the sample of an arm.
   *
   * @param arm an arm of the suite
   * @return the sample
   * @throws IllegalArgumentException if the suite has no such arm
   */
  public Sample of(Arm arm) {
    Sample sample = samples.get(arm);
    if (sample == null) {
      throw new IllegalArgumentException(arm + " is not an arm of this suite");
    }
    return sample;
  }
}
