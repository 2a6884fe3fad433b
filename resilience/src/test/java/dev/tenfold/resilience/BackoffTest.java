// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
  private static final Duration BASE = Duration.ofMillis(100);
  private static final Duration CAP = Duration.ofSeconds(1);
  private final Random random = new Random(7);

  @Test
  void exponential_everyFailure_doublesUpToTheCap() {
    Backoff backoff = Backoff.exponential(BASE, CAP);

    assertThat(backoff.delayNanos(1, random)).isEqualTo(BASE.toNanos());
    assertThat(backoff.delayNanos(2, random)).isEqualTo(2 * BASE.toNanos());
    assertThat(backoff.delayNanos(4, random)).isEqualTo(8 * BASE.toNanos());
    assertThat(backoff.delayNanos(5, random)).isEqualTo(CAP.toNanos());
  }

  @Test
  void exponential_anyNumberOfFailures_neverOverflows() {
    Backoff backoff =
        Backoff.exponential(Duration.ofDays(1), Duration.ofSeconds(Long.MAX_VALUE)).fullJitter();
    for (int failures = 1; failures > 0; failures = failures * 2 + 1) {
      assertThat(backoff.delayNanos(failures, random)).isNotNegative();
    }
    assertThat(Backoff.exponential(BASE, CAP).delayNanos(Integer.MAX_VALUE, random))
        .isEqualTo(CAP.toNanos());
  }

  @Test
  void fullJitter_manyDraws_coversZeroToTheDelay() {
    Backoff backoff = Backoff.constant(Duration.ofNanos(9)).fullJitter();
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      seen.add(backoff.delayNanos(1, random));
    }

    // Ten values; the chance to miss one in 1,000 draws is below 1e-44.
    assertThat(seen).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void equalJitter_manyDraws_keepsHalf() {
    Backoff backoff = Backoff.constant(Duration.ofNanos(10)).equalJitter();
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      seen.add(backoff.delayNanos(1, random));
    }

    assertThat(seen).containsExactlyInAnyOrder(5L, 6L, 7L, 8L, 9L, 10L);
  }

  @Test
  void constant_zero_isAllowedAndJitterKeepsIt() {
    assertThat(Backoff.constant(Duration.ZERO).fullJitter().delayNanos(1, random)).isZero();
  }

  @Test
  void exponential_badArguments_areNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backoff.exponential(CAP, BASE))
        .withMessageContaining("PT1S")
        .withMessageContaining("PT0.1S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backoff.exponential(BASE, CAP, 1))
        .withMessageContaining("factor is 1.0");
    assertThatIllegalArgumentException().isThrownBy(() -> Backoff.constant(Duration.ofNanos(-1)));
  }

  @ParameterizedTest(name = "attempt {0}")
  @ValueSource(ints = {1, 3, 5, 50, 5_000})
  void fullJitter_anyAttempt_isDrawnEvenlyFromZeroToTheDelay(int failures) {
    Backoff grown = Backoff.exponential(BASE, CAP);

    assertThat(tenths(grown.fullJitter(), failures, 0, grown.delayNanos(failures, random)))
        .allMatch(share -> Math.abs(share - 0.1) < 0.01);
  }

  @ParameterizedTest(name = "attempt {0}")
  @ValueSource(ints = {1, 3, 5, 50, 5_000})
  void equalJitter_anyAttempt_isDrawnEvenlyFromTheUpperHalf(int failures) {
    Backoff grown = Backoff.exponential(BASE, CAP);
    long delay = grown.delayNanos(failures, random);

    assertThat(tenths(grown.equalJitter(), failures, delay / 2, delay))
        .allMatch(share -> Math.abs(share - 0.1) < 0.01);
  }

  /** The shares of 20,000 draws in each tenth of a range. */
  private List<Double> tenths(Backoff backoff, int failures, long least, long most) {
    double[] shares = new double[10];
    for (int i = 0; i < 20_000; i++) {
      long draw = backoff.delayNanos(failures, random);
      assertThat(draw).isBetween(least, most);
      shares[(int) Math.min(9, 10.0 * (draw - least) / (most - least))] += 1.0 / 20_000;
    }
    return Arrays.stream(shares).boxed().toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void exponential_anyBaseCapAndFactor_growsToTheCapAndStays(long seed) {
    Random any = new Random(seed);
    for (int round = 0; round < 200; round++) {
      long base = 1 + (any.nextLong() >>> (13 + any.nextInt(50)));
      long cap = base + (any.nextLong() >>> (13 + any.nextInt(50)));
      Backoff backoff =
          Backoff.exponential(
              Duration.ofNanos(base), Duration.ofNanos(cap), 1 + 5 * any.nextDouble() + 1e-3);
      long before = backoff.delayNanos(1, any);
      assertThat(before).isEqualTo(base);
      for (int failures = 2; failures < 200; failures++) {
        long delay = backoff.delayNanos(failures, any);
        assertThat(delay).isBetween(before, cap);
        before = delay;
      }
      assertThat(backoff.delayNanos(Integer.MAX_VALUE, any)).isEqualTo(cap);
    }
  }
}
