// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PermitClockTest {
  private static final long DAY = 86_400_000_000_000L;

  private static PermitClock any(Random random, long origin) {
    long per = (random.nextLong() >>> (4 + random.nextInt(60))) | 1;
    int permits = 1 + (int) Math.floorMod(random.nextLong(), Math.min(per, Integer.MAX_VALUE));
    return new PermitClock(permits, per, origin);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1000000000, 1000000000",
    "999999999, 1000000000",
    "3, 1000000000",
    "7, 10",
    "100, 1000000000",
    "1, 1000000000",
    "1, 86400000000000",
    "2147483647, 2147483647",
    "1, 1152921504606846976",
    "2147483647, 1152921504606846976",
    "1, 1152921504606846975"
  })
  void at_anyRate_isTheExactShareRoundedDown(int permits, long perNanos) {
    PermitClock clock = new PermitClock(permits, perNanos, 0);
    BigInteger units = BigInteger.valueOf(clock.permit).multiply(BigInteger.valueOf(permits));
    Random random = new Random(permits ^ perNanos);
    for (int i = 0; i < 10_000; i++) {
      long nanos = random.nextLong() >> (2 + random.nextInt(62));
      BigInteger exact = units.multiply(BigInteger.valueOf(nanos));
      long floor = floorDivide(exact, perNanos);
      long off = clock.at(nanos) - floor;

      assertThat(nanos < 0 ? -off : off).as("at %s", nanos).isBetween(0L, 1L);
    }
    assertThat(clock.at(perNanos)).isEqualTo(clock.permit * permits);
    assertThat(clock.at(0)).isZero();
    assertThat(clock.at(1)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"1000, 1000000000, 1000000", "1, 86400000000000, 86400000000000", "7, 7, 1"})
  void at_aPermitTakesWholeNanoseconds_readsNanoseconds(int permits, long perNanos, long permit) {
    PermitClock clock = new PermitClock(permits, perNanos, 5);

    assertThat(clock.permit).isEqualTo(permit);
    assertThat(clock.at(5 + 123_456_789)).isEqualTo(123_456_789);
    assertThat(clock.nanosUntil(1_000, 5)).isEqualTo(1_000);
  }

  private static long floorDivide(BigInteger value, long by) {
    BigInteger[] parts = value.divideAndRemainder(BigInteger.valueOf(by));
    return parts[0].longValueExact() - (parts[1].signum() < 0 ? 1 : 0);
  }

  @Test
  void at_originBeforeAnOverflow_goesOn() {
    PermitClock clock = new PermitClock(1, DAY, Long.MAX_VALUE - 10);

    assertThat(clock.at(Long.MAX_VALUE - 10 + DAY)).isEqualTo(clock.permit);
    assertThat(clock.at(Long.MAX_VALUE - 10 + 5 * DAY)).isEqualTo(5 * clock.permit);
  }

  @Test
  void nanosUntil_anyRate_isTheLeast() {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      long origin = random.nextLong();
      PermitClock clock = any(random, origin);
      long now = origin + (random.nextLong() >>> (3 + random.nextInt(60)));
      long units = clock.at(now) + (random.nextLong() >>> (3 + random.nextInt(61)));
      long nanos = clock.nanosUntil(units, now);

      assertThat(clock.at(now + nanos)).isGreaterThanOrEqualTo(units);
      assertThat(nanos == 0 || clock.at(now + nanos - 1) < units).isTrue();
    }
  }

  @Test
  void nanosUntil_past_isZero() {
    PermitClock clock = new PermitClock(100, DAY, 0);

    assertThat(clock.nanosUntil(0, DAY)).isZero();
    assertThat(clock.nanosUntil(-5, 0)).isZero();
  }

  @Test
  void maxPermits_anyRate_cannotOverflow() {
    Random random = new Random(11);
    for (int i = 0; i < 100_000; i++) {
      PermitClock clock = any(random, 0);

      assertThat(clock.maxPermits()).isPositive();
      assertThat(Math.multiplyExact(clock.maxPermits(), clock.permit))
          .isBetween(1L, PermitClock.MAX_NANOS);
    }
  }
}
