// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZipfTest {

  @Test
  void next_manyDraws_firstTwiceAsOftenAsSecond() {
    var zipf = new Zipf(100, 1.0);
    var random = new SplittableRandom(1);
    int[] seen = new int[100];
    for (int i = 0; i < 200_000; i++) {
      seen[zipf.next(random)]++;
    }
    assertThat(seen[0] / (double) seen[1]).isBetween(1.9, 2.1);
    assertThat(seen).doesNotContain(0);
  }
}
