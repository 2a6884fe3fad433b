// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Draws numbers from 0 to n-1 with a Zipf distribution, as the activity of real users has. */
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
