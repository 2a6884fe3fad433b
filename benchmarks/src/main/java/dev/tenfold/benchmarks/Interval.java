// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * A mean and half the width of its 95 % confidence interval by Student's t.
 *
 * @param mean the mean
 * @param half half the width; NaN for fewer than two figures
 * @param count the number of figures
 */
record Interval(double mean, double half, int count) {

  /** Returns the interval of one figure per round. The rounds are assumed to be independent. */
  static Interval of(double... figures) {
    int count = figures.length;
    double mean = Arrays.stream(figures).average().orElse(Double.NaN);
    if (count < 2) {
      return new Interval(mean, Double.NaN, count);
    }
    double squares = Arrays.stream(figures).map(each -> (each - mean) * (each - mean)).sum();
    double standardError = Math.sqrt(squares / (count - 1) / count);
    return new Interval(mean, quantile(count - 1) * standardError, count);
  }

  private static double quantile(int degreesOfFreedom) {
    return new TDistribution(null, degreesOfFreedom).inverseCumulativeProbability(0.975);
  }

  double low() {
    return mean - half;
  }

  double high() {
    return mean + half;
  }
}
