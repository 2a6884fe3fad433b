// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.jdbc.LagProbe.Position;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrimarySamplesTest {

  private static Position at(long offset) {
    return new Position("h", offset);
  }

  @Test
  void freshAsOf_noSample_isNever() {
    assertThat(PrimarySamples.none().freshAsOf(at(Long.MAX_VALUE))).isEqualTo(-1);
  }

  @Test
  void freshAsOf_between_isTheNewestReached() {
    PrimarySamples samples = PrimarySamples.none().plus(10, at(100)).plus(20, at(200));
    assertThat(samples.freshAsOf(at(99))).isEqualTo(-1);
    assertThat(samples.freshAsOf(at(100))).isEqualTo(10);
    assertThat(samples.freshAsOf(at(199))).isEqualTo(10);
    assertThat(samples.freshAsOf(at(200))).isEqualTo(20);
    assertThat(samples.freshAsOf(at(-1))).as("unsigned").isEqualTo(20);
  }

  @Test
  void plus_idlePrimary_keepsOnlyTheNewestMoment() {
    PrimarySamples samples = PrimarySamples.none().plus(10, at(100)).plus(20, at(100));
    assertThat(samples.freshAsOf(at(100))).isEqualTo(20);
  }

  @Test
  void plus_anotherHistoryOrAStepBack_forgetsTheRest() {
    PrimarySamples samples = PrimarySamples.none().plus(10, at(100));
    assertThat(samples.plus(20, new Position("fork", 100)).freshAsOf(at(100))).isEqualTo(-1);
    assertThat(samples.plus(20, at(50)).freshAsOf(at(49))).isEqualTo(-1);
    assertThat(samples.plus(20, at(50)).freshAsOf(at(50))).isEqualTo(20);
  }

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void freshAsOf_thousandsOfSamples_isNeverFresherThanTheTruth(long seed) {
    Random random = new Random(seed);
    NavigableMap<Long, Long> truth = new TreeMap<>();
    PrimarySamples samples = PrimarySamples.none();
    long offset = 1;
    for (long now = 0; now < 5_000; now++) {
      offset += random.nextInt(3);
      truth.put(offset, now);
      samples = samples.plus(now, at(offset));

      long replica = offset - Math.min(offset - 1, random.nextInt(2_000));
      var reached = truth.floorEntry(replica);
      long exact = reached == null ? -1 : reached.getValue();
      assertThat(samples.freshAsOf(at(replica))).isLessThanOrEqualTo(exact);
      assertThat(samples.freshAsOf(at(offset))).isEqualTo(now);
    }
  }
}
