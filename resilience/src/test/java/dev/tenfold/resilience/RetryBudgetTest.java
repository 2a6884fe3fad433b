// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
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
  private static final Duration TRICKLE = Duration.ofSeconds(10);
  private final ManualTimeSource time = new ManualTimeSource();
  private final RetryBudget budget = RetryBudget.builder().timeSource(time).build();

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  private int takeAll() {
    int taken = 0;
    while (budget.tryTake()) {
      taken++;
    }
    return taken;
  }

  private void succeed(int calls) {
    for (int i = 0; i < calls; i++) {
      budget.earn();
    }
  }

  @Test
  void tryTake_fresh_allowsTheBurst() {
    assertThat(takeAll()).isEqualTo(10);
    assertThat(budget.denied()).isEqualTo(1);
    assertThat(budget.available()).isZero();
  }

  @Test
  void tryTake_nothingSucceeds_allowsOneInTenSecondsForEver() {
    takeAll();
    for (int i = 0; i < 1_000; i++) {
      time.advance(TRICKLE.minusNanos(1));
      assertThat(takeAll()).as("just before trickle %s", i).isZero();
      time.advance(Duration.ofNanos(1));
      assertThat(takeAll()).as("trickle %s", i).isEqualTo(1);
    }
  }

  @Test
  void tryTake_afterSuccesses_allowsAFifthOfThem() {
    takeAll();
    succeed(30);

    assertThat(takeAll()).isEqualTo(6);
  }

  @Test
  void tryTake_afterAQuietDay_allowsNoMoreThanTheBurstAndOneTrickle() {
    takeAll();
    succeed(100_000);
    time.advance(Duration.ofDays(1));

    assertThat(takeAll()).isEqualTo(10 + 1);
  }

  @Test
  void earn_fiftySuccesses_fillABudgetThatWasSpent() {
    takeAll();
    succeed(49);
    assertThat(budget.available()).isLessThan(10);
    succeed(1);

    assertThat(budget.available()).isEqualTo(10);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void tryTake_anySettingsAndTraffic_decidesAsTheReference(long seed) {
    Random random = new Random(seed);
    Settings settings = Settings.of(random);
    RetryBudget any = settings.budget(time);
    Reference reference = new Reference(settings, time.nanoTime());
    for (int step = 0; step < 5_000; step++) {
      settings.pass(random, time);
      if (random.nextInt(4) == 0) {
        any.earn();
        reference.earn();
      }
      if (random.nextInt(3) == 0) {
        assertThat(any.tryTake()).as("step %s", step).isEqualTo(reference.take(time.nanoTime()));
      }
    }
    assertThat(any.denied()).isEqualTo(reference.denied).isPositive();
    assertThat(any.available()).isCloseTo(reference.hundredths / 100.0, within(1e-6));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void tryTake_anySettingsAndTraffic_keepsThePromiseInAnyPeriod(long seed) {
    Random random = new Random(seed);
    Settings settings = Settings.of(random);
    RetryBudget any = settings.budget(time);
    List<long[]> history = new ArrayList<>(); // when, successes, retries
    for (int step = 0; step < 1_000; step++) {
      settings.pass(random, time);
      if (random.nextInt(4) == 0) {
        any.earn();
        history.add(new long[] {time.nanoTime(), 1, 0});
      }
      while (random.nextInt(3) > 0 && any.tryTake()) {
        history.add(new long[] {time.nanoTime(), 0, 1});
      }
    }

    for (int from = 0; from < history.size(); from++) {
      long successes = 0;
      long retries = 0;
      for (int to = from; to < history.size(); to++) {
        successes += history.get(to)[1];
        retries += history.get(to)[2];
        long nanos = history.get(to)[0] - history.get(from)[0] + 1; // both moments included
        double allowed = settings.allows(successes, nanos);
        if (retries > allowed) {
          fail("%s retries from event %s to %s, %s are allowed", retries, from, to, allowed);
        }
      }
    }
    assertThat(any.denied()).isPositive();
  }

  @Test
  void tryTake_fromManyThreads_losesNothingAndGivesNothingTwice() throws Exception {
    RetryBudget shared = RetryBudget.builder().burst(5).ratio(0.2).timeSource(time).build();
    int calls = 20_000;
    AtomicLong retries = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < calls; i++) {
              shared.earn();
              if (shared.tryTake()) {
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

    // At most 4 successes between two takes, so that nothing is earned beyond the burst.
    assertThat(retries.get() + shared.available()).isCloseTo(5 + 0.2 * 4 * calls, within(5.0));
    assertThat((double) retries.get()).isLessThanOrEqualTo(5 + 0.2 * 4 * calls);
  }

  @Test
  void tryTake_fromManyThreadsWhenSpent_allowsOnePerTrickle() throws Exception {
    takeAll();
    for (int round = 0; round < 200; round++) {
      time.advance(TRICKLE);
      AtomicLong retries = new AtomicLong();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Thread thread =
            new Thread(() -> {
              for (int i = 0; i < 10; i++) {
                if (budget.tryTake()) {
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
      assertThat(retries).as("round %s", round).hasValue(1);
    }
  }

  /** What a budget is built with: hundredths, which a long holds exactly. */
  private record Settings(int burst, int ratioHundredths, long trickleNanos) {
    static Settings of(Random random) {
      return new Settings(
          1 + random.nextInt(20),
          random.nextBoolean() ? 0 : random.nextInt(150),
          1 + random.nextInt(1_000_000_000));
    }

    RetryBudget budget(ManualTimeSource time) {
      return RetryBudget.builder()
          .burst(burst)
          .ratio(ratioHundredths / 100.0)
          .trickle(Duration.ofNanos(trickleNanos))
          .timeSource(time)
          .build();
    }

    void pass(Random random, ManualTimeSource time) {
      time.advance(Duration.ofNanos(random.nextInt(100) == 0 ? 1_000_000_000L : 1_000_000L));
    }

    /** The promise: burst + ratio × successful calls + 1 per trickle begun. */
    double allows(long successes, long nanos) {
      long begun = Math.floorDiv(nanos + trickleNanos - 1, trickleNanos);
      return burst + ratioHundredths * successes / 100.0 + begun;
    }
  }

  /** The same rule in plain words. */
  private static final class Reference {
    private final Settings settings;
    private long hundredths;
    private long lastTrickle;
    private long denied;

    Reference(Settings settings, long nowNanos) {
      this.settings = settings;
      this.hundredths = settings.burst * 100L;
      this.lastTrickle = nowNanos;
    }

    void earn() {
      hundredths = Math.min(settings.burst * 100L, hundredths + settings.ratioHundredths);
    }

    boolean take(long nowNanos) {
      if (hundredths >= 100) {
        hundredths -= 100;
        return true;
      }
      if (nowNanos >= lastTrickle + settings.trickleNanos) {
        lastTrickle = nowNanos;
        return true;
      }
      denied++;
      return false;
    }
  }
}
