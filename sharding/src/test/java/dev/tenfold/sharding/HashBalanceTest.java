// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.StableHash;
import java.util.Random;
import java.util.UUID;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests whether common forms of keys spread over slots like random keys: a G-test of the counts per
 * slot against equal shares. The keys are fixed, so the tests are reproducible. With an ideal hash
 * and random keys, at least one of the 33 tests would fail once in 5,000 runs (each with a
 * probability of 6e-6, a normal quantile of 4.53 by the approximation of Wilson and Hilferty). Both
 * tails are tested, because keys that spread too evenly are not random either.
 */
class HashBalanceTest {
  private static final double QUANTILE = 4.53;

  /** Returns the key of a number. */
  private record Keys(String name, LongUnaryOperator hash) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> keysAndSlots() {
    Random random = new Random(11);
    long[] numbers = random.longs(1 << 21).toArray();
    return Stream.of(
            new Keys("1, 2, 3", StableHash::hash),
            new Keys("multiples of 4,096", i -> StableHash.hash(i << 12)),
            new Keys("multiples of 2^43", i -> StableHash.hash(i << 43)),
            new Keys("negative", i -> StableHash.hash(-i)),
            new Keys("milliseconds since 1970", i -> StableHash.hash(1_700_000_000_000L + i * 37)),
            new Keys("snowflakes", i -> StableHash.hash((i >> 3 << 22) | (i & 7))),
            new Keys("random", i -> StableHash.hash(numbers[(int) i])),
            new Keys("user-1, user-2", i -> StableHash.hash("user-" + i)),
            new Keys("mail addresses", i -> StableHash.hash("n" + i + "@example.com")),
            new Keys("long text", i -> StableHash.hash("tenant/eu/customer/".repeat(8) + i)),
            new Keys("version 7 UUIDs", i -> StableHash.hash(versionSeven(i, numbers[(int) i]))))
        .flatMap(keys -> Stream.of(16, 4096, 65_536).map(slots -> Arguments.of(keys, slots)));
  }

  private static UUID versionSeven(long i, long random) {
    return new UUID(
        ((1_700_000_000_000L + i / 10) << 16) | 0x7000 | (i & 0xfff), random | 1L << 63);
  }

  @ParameterizedTest(name = "{0} over {1} slots")
  @MethodSource("keysAndSlots")
  void hash_keysOfPractice_fallIntoSlotsByChance(Keys keys, int slots) {
    assertThat(deviation(keys.hash, slots)).isBetween(-QUANTILE, QUANTILE);
  }

  @ParameterizedTest(name = "{0} over {1} slots")
  @MethodSource("weak")
  void hash_aWeakOne_isFoundOut(Keys keys, int slots) {
    assertThat(Math.abs(deviation(keys.hash, slots))).isGreaterThan(QUANTILE);
  }

  static Stream<Arguments> weak() {
    return Stream.of(
        Arguments.of(new Keys("identity", i -> i << 43), 4096),
        Arguments.of(new Keys("Fibonacci", i -> i * 0x9e3779b97f4a7c15L), 4096),
        Arguments.of(new Keys("one bit lost", i -> StableHash.hash(i) & ~(1L << 60)), 16));
  }

  /** Returns the deviation of G from its mean in standard deviations; at least 32 keys per slot. */
  private static double deviation(LongUnaryOperator hash, int slots) {
    int keys = 1 << 21;
    int shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
    int[] counts = new int[slots];
    for (int i = 0; i < keys; i++) {
      counts[(int) (hash.applyAsLong(i) >>> shift)]++;
    }
    double expected = (double) keys / slots;
    double sum = 0;
    for (int count : counts) {
      sum += count == 0 ? 0 : count * Math.log(count / expected);
    }
    // Williams' correction, then Wilson and Hilferty's cube root.
    double freedom = slots - 1.0;
    double g = 2 * sum / (1 + (slots + 1.0) / (6.0 * keys));
    double spread = 2 / (9 * freedom);
    return (Math.cbrt(g / freedom) - (1 - spread)) / Math.sqrt(spread);
  }
}
