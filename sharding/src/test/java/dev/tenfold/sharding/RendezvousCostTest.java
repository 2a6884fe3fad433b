// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RendezvousCostTest {
  private static final double ONE = 0x1.0p57;

  /** Random hashes of all magnitudes, hashes near 0 and near 2^64, and hashes at powers of two. */
  private static LongStream hashes() {
    SplittableRandom random = new SplittableRandom(1);
    LongStream scattered =
        LongStream.range(0, 1_000_000)
            .map(i -> {
              long bits = random.nextLong() >>> random.nextInt(64);
              return random.nextBoolean() ? bits : ~bits;
            });
    LongStream corners =
        LongStream.range(0, 64 * 9).map(i -> (1L << (i / 9)) + i % 9 - 4); // around each power
    return LongStream.concat(scattered, corners);
  }

  /** Returns -ln((hash | 1) / 2^64) as a double, with a relative error of some 1e-16. */
  private static double reference(long hash) {
    long odd = hash | 1;
    return odd < 0
        ? -StrictMath.log1p(odd * 0x1.0p-64) // odd is odd - 2^64, so this is ln(1 - c)
        : -StrictMath.log(odd * 0x1.0p-64);
  }

  @Test
  void logarithm_anyHash_isWithinItsBoundOfTheTruth() {
    hashes()
        .forEach(hash -> {
          double truth = reference(hash);
          double cost = RendezvousCost.logarithm(hash) / ONE;
          double rounding = 1e-15 + 1e-15 * truth;
          assertThat(cost)
              .as("hash %x", hash)
              .isBetween(truth - rounding, truth * (1 + 1.1e-6) + rounding);
        });
  }

  /** The bound of the bias: the error is small at every hash, not only on average. */
  @Test
  void logarithm_middleOfEveryChord_isWithinItsBoundOfTheTruth() {
    for (long segment = 0; segment < 256; segment++) {
      long hash = -((segment << 55) + (1L << 54));
      double truth = reference(hash);

      assertThat(RendezvousCost.logarithm(hash) / ONE)
          .isBetween(truth * (1 - 1e-14), truth * (1 + 1.1e-6));
    }
  }

  @Test
  void logarithm_higherHash_isNeverMore() {
    hashes()
        .forEach(hash -> {
          long here = RendezvousCost.logarithm(hash);
          for (long step : new long[] {1, 2, 3, 128, 1L << 20, 1L << 54}) {
            long higher = hash + step;
            if (Long.compareUnsigned(higher, hash) > 0) {
              assertThat(RendezvousCost.logarithm(higher))
                  .as("%x and %x", hash, higher)
                  .isLessThanOrEqualTo(here);
            }
          }
        });
  }

  /** Chords meet in their knots, and the range of one exponent ends where the next begins. */
  @Test
  void logarithm_acrossKnots_isNeverMore() {
    for (int exponent = 0; exponent < 50; exponent++) {
      for (long knot = 256; knot <= 512; knot++) {
        long at = (knot << 55) >>> exponent; // 512 wraps to 0: the end of the range
        long before = RendezvousCost.logarithm(at - 3);
        for (long hash = at - 2; hash != at + 3 && hash != 0; hash++) {
          long here = RendezvousCost.logarithm(hash);
          assertThat(here).as("hash %x", hash).isLessThanOrEqualTo(before);
          before = here;
        }
      }
    }
  }

  @Test
  void of_extremeHashes_isFromZeroToBelowTheSign() {
    assertThat(RendezvousCost.of(-1, 1)).isZero();
    assertThat(RendezvousCost.of(0, 1) / ONE).isCloseTo(44.361419, Offset.offset(1e-4));
    assertThat(RendezvousCost.of(Long.MIN_VALUE, 1) / ONE).isCloseTo(0.693147, Offset.offset(1e-6));
    assertThat(RendezvousCost.of(Long.MAX_VALUE, 1) / ONE).isCloseTo(0.693147, Offset.offset(1e-6));
  }

  /** Frozen: a change here would route keys to another shard. Computed in Python. */
  @ParameterizedTest
  @CsvSource({
    "0,1,6393154322601327808",
    "1,1000000,6393154322601",
    "2,3,2078275868665825572",
    "123456789abcdef,7,111506054661676101",
    "4000000000000000,2,99893036290645747",
    "7fffffffffffffff,1,99893036290645747",
    "8000000000000000,1,99893036290645747",
    "c000000000000001,5,8291871195488080",
    "fedcba9876543210,3,213979900895903",
    "ffffffff00000000,1,33554431",
    "ffffffffffff0000,1,511",
    "ffffffffffffffff,1,0"
  })
  void of_goldenHash_neverChanges(String hash, int weight, long cost) {
    assertThat(RendezvousCost.of(Long.parseUnsignedLong(hash, 16), weight)).isEqualTo(cost);
  }

  @Test
  void exceeds_true_isTrue() {
    SplittableRandom random = new SplittableRandom(2);
    long certain = 0;
    for (int i = 0; i < 2_000_000; i++) {
      long hash = random.nextBoolean() ? random.nextLong() : ~(random.nextLong() >>> 20);
      int weight = 1 + random.nextInt(random.nextBoolean() ? 4 : 1_000_000);
      long cost = random.nextLong() >>> (1 + random.nextInt(40));
      if (RendezvousCost.exceeds(hash, weight, cost)) {
        certain++;
        assertThat(RendezvousCost.of(hash, weight)).isGreaterThan(cost);
      }
    }
    assertThat(certain).isGreaterThan(100_000);
  }

  /** Costs at the limit where the comparison is certain. */
  @Test
  void exceeds_costNextToTheOther_isNeverWrong() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 1_000_000; i++) {
      long hash = ~(random.nextLong() >>> random.nextInt(60));
      int weight = 1 + random.nextInt(1_000_000);
      long own = RendezvousCost.of(hash, weight);

      assertThat(RendezvousCost.exceeds(hash, weight, own)).isFalse();
      assertThat(RendezvousCost.exceeds(hash, weight, own + random.nextInt(5))).isFalse();
    }
  }
}
