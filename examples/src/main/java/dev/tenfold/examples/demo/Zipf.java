// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Picks 0..n-1, low numbers far more often than high ones, as users of a real service appear. */
final class Zipf {
  private final double[] upTo;

  Zipf(int count, double exponent) {
    upTo = new double[count];
    double sum = 0;
    for (int rank = 0; rank < count; rank++) {
      sum += 1 / Math.pow(rank + 1, exponent);
      upTo[rank] = sum;
    }
    for (int rank = 0; rank < count; rank++) {
      upTo[rank] /= sum;
    }
  }

  int next(RandomGenerator random) {
    int found = Arrays.binarySearch(upTo, random.nextDouble());
    int at = found < 0 ? -found - 1 : found;
    return Math.min(at, upTo.length - 1);
  }
}
