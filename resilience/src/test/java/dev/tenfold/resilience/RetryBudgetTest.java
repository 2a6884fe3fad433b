// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RetryBudgetTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final RetryBudget budget = RetryBudget.builder().timeSource(time).build();

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  private int drain() {
    int taken = 0;
    while (budget.tryWithdraw()) {
      taken++;
    }
    return taken;
  }

  @Test
  void tryWithdraw_fresh_allowsTheBurst() {
    assertThat(drain()).isEqualTo(10);
    assertThat(budget.denied()).isEqualTo(1);
  }

  @Test
  void tryWithdraw_afterCalls_allowsAFifthOfThem() {
    drain();
    for (int i = 0; i < 30; i++) {
      budget.deposit();
    }

    assertThat(drain()).isEqualTo(6);
  }

  @Test
  void tryWithdraw_afterTime_refillsForEver() {
    for (int i = 0; i < 100; i++) {
      drain();
      time.advance(Duration.ofMillis(500));
      assertThat(drain()).isBetween(4, 5);
    }
  }

  @Test
  void tryWithdraw_afterAQuietDay_allowsNoMoreThanTheBurst() {
    for (int i = 0; i < 100_000; i++) {
      budget.deposit();
    }
    time.advance(Duration.ofDays(1));

    assertThat(drain()).isEqualTo(10);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void tryWithdraw_anyTraffic_staysWithinTheBound(long seed) {
    Random random = new Random(seed);
    long calls = 0;
    long retries = 0;
    for (int i = 0; i < 2_000; i++) {
      time.advance(Duration.ofNanos(random.nextInt(20_000_000)));
      if (random.nextBoolean()) {
        budget.deposit();
        calls++;
      }
      while (random.nextInt(3) > 0 && budget.tryWithdraw()) {
        retries++;
      }
      double bound = 10 + 0.2 * calls + 10 * (time.nanoTime() / 1e9);
      assertThat((double) retries).isLessThanOrEqualTo(bound + 1e-6);
    }
    assertThat(retries).isPositive();
  }

  @Test
  void build_neverFilledAgain_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RetryBudget.builder().ratio(0).perSecond(0).build())
        .withMessageContaining("ratio(0.0)")
        .withMessageContaining("perSecond(0)");
  }
}
