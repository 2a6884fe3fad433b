// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
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

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void tryWithdraw_anySettings_staysWithinTheBoundOverAnyStretch(long seed) {
    Random random = new Random(seed);
    int burst = 1 + random.nextInt(20);
    double ratio = random.nextBoolean() ? 0 : 3 * random.nextDouble();
    double perSecond = 0.1 + 50 * random.nextDouble();
    RetryBudget any =
        RetryBudget.builder()
            .burst(burst)
            .ratio(ratio)
            .perSecond(perSecond)
            .timeSource(time)
            .build();
    double most = 0; // of retries beyond what calls and time have brought, since any moment
    for (int i = 0; i < 3_000; i++) {
      Duration passed = Duration.ofNanos(random.nextInt(100) == 0 ? 1_000_000_000L : 1_000_000L);
      time.advance(passed);
      double brought = perSecond * passed.toNanos() / 1e9;
      if (random.nextInt(4) == 0) {
        any.deposit();
        brought += ratio;
      }
      most = Math.max(0, most - brought);
      while (random.nextInt(3) > 0 && any.tryWithdraw()) {
        most++;
      }
      assertThat(most).as("step %d", i).isLessThanOrEqualTo(burst + 1e-3);
    }
    assertThat(any.denied()).isPositive();
  }

  @Test
  void tryWithdraw_fromManyThreads_staysWithinTheBoundAndLosesNothing() throws Exception {
    RetryBudget shared =
        RetryBudget.builder().burst(5).ratio(0.2).perSecond(1e-9).timeSource(time).build();
    int calls = 20_000;
    AtomicLong retries = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < calls; i++) {
              shared.deposit();
              if (shared.tryWithdraw()) {
                retries.incrementAndGet();
              }
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    // All ask all the time, so the budget is never full again: every share is used or still there.
    double brought = 5 + 0.2 * 4 * calls;
    assertThat(retries.get() + shared.available()).isCloseTo(brought, within(5.0));
    assertThat((double) retries.get()).isLessThanOrEqualTo(brought);
  }

  @Test
  void build_neverFilledAgain_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RetryBudget.builder().ratio(0).perSecond(0).build())
        .withMessageContaining("ratio(0.0)")
        .withMessageContaining("perSecond(0)");
  }
}
