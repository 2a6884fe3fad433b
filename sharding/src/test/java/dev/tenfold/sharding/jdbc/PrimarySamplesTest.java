// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrimarySamplesTest {

  private static final Duration FLUSH_DELAY = Duration.ofNanos(3);

  private static Position at(long offset) {
    return new Position("c", 1, offset);
  }

  private static Reading primary(long offset) {
    return primary(at(offset), offset);
  }

  private static Reading primary(Position position, long flushed) {
    return new Reading("p", false, position, flushed, FLUSH_DELAY, false);
  }

  @Test
  void freshAsOf_noSample_isNever() {
    assertThat(PrimarySamples.none().freshAsOf(at(Long.MAX_VALUE))).isEqualTo(PrimarySamples.NEVER);
  }

  @Test
  void freshAsOf_between_isTheNewestReached() {
    PrimarySamples samples =
        PrimarySamples.none().plus(1, 1, 10, primary(100)).plus(2, 2, 20, primary(200));
    assertThat(samples.freshAsOf(at(99))).isEqualTo(PrimarySamples.NEVER);
    assertThat(samples.freshAsOf(at(100))).isEqualTo(10);
    assertThat(samples.freshAsOf(at(199))).isEqualTo(10);
    assertThat(samples.freshAsOf(at(200))).isEqualTo(20);
    assertThat(samples.freshAsOf(at(-1))).as("unsigned").isEqualTo(20);
  }

  @Test
  void latestAfter_questionAmongTheFirstOnes_isNull() {
    PrimarySamples samples = PrimarySamples.none().plus(7, 7, 10, primary(100));
    assertThat(PrimarySamples.none().latestAfter(0)).isNull();
    assertThat(samples.latestAfter(6)).isEqualTo(samples.latest());
    assertThat(samples.latestAfter(7)).isNull();
    assertThat(samples.latestAfter(8)).isNull();
  }

  @Test
  void plus_idlePrimary_keepsOnlyTheNewestMoment() {
    PrimarySamples samples =
        PrimarySamples.none().plus(1, 1, 10, primary(100)).plus(2, 2, 20, primary(100));
    assertThat(samples.freshAsOf(at(100))).isEqualTo(20);
  }

  @Test
  void plus_anotherHistoryOrAStepBack_forgetsTheRest() {
    PrimarySamples samples = PrimarySamples.none().plus(1, 1, 10, primary(100));
    assertThat(samples.plus(2, 2, 20, primary(new Position("c", 2, 100), 100)).freshAsOf(at(100)))
        .isEqualTo(PrimarySamples.NEVER);
    assertThat(samples.plus(2, 2, 20, primary(50)).freshAsOf(at(49)))
        .isEqualTo(PrimarySamples.NEVER);
    assertThat(samples.plus(2, 2, 20, primary(50)).freshAsOf(at(50))).isEqualTo(20);
  }

  @Test
  void plus_laterQuestionAnsweredWithLess_isIgnoredIfTheyWereInFlightTogether() {
    PrimarySamples samples = PrimarySamples.none().plus(1, 2, 10, primary(100));
    assertThat(samples.plus(2, 2, 11, primary(99)).reached(at(100))).isEqualTo(1);
    assertThat(samples.plus(3, 3, 11, primary(99)).reached(at(99)))
        .as("sent after the answer: the log was truncated")
        .isEqualTo(3);
  }

  @Test
  void freshAsOf_onlyFlushed_isDatedBack() {
    PrimarySamples samples = PrimarySamples.none().plus(1, 1, 10, primary(at(100), 90));
    assertThat(samples.freshAsOf(at(95))).isEqualTo(7);
    assertThat(samples.reached(at(95))).as("a floor needs all of it").isZero();
    assertThat(samples.freshAsOf(at(89))).isEqualTo(PrimarySamples.NEVER);
    assertThat(samples.freshAsOf(new Position("c", 2, 95))).isEqualTo(PrimarySamples.NEVER);
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
      samples = samples.plus(now + 1, now + 1, now, primary(offset));

      long replica = offset - Math.min(offset - 1, random.nextInt(2_000));
      var reached = truth.floorEntry(replica);
      long exact = reached == null ? PrimarySamples.NEVER : reached.getValue();
      assertThat(samples.freshAsOf(at(replica))).isLessThanOrEqualTo(exact);
      assertThat(samples.freshAsOf(at(offset))).isEqualTo(now);
    }
  }
}
