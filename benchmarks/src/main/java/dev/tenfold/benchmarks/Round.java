// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.Map;

/**
 * One pass over all arms of a suite, close together in time, so that a claim may compare them.
 *
 * @param samples every arm's sample
 */
public record Round(Map<Arm, Sample> samples) {

  /** Copies the samples. */
  public Round {
    samples = Map.copyOf(samples);
  }

  /**
   * Looks up a sample.
   *
   * @param arm an arm of the suite
   * @return what it came to in this round
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
