// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random rates and arrivals against a token bucket that counts in exact fractions. */
class RateLimiterPropertyTest {
  private static final int SEEDS = 3_000;
  private static final int ARRIVALS = 150;

  /** One random limiter and the times at which somebody comes. */
  private static final class Load {
    final Random random;
    final int permits;
    final long perNanos;
    final int burst;
    final long maxWaitNanos;
    final RateLimiter limiter;
    long now;

    Load(int seed, boolean waits) {
      random = new Random(seed);
      perNanos = 1 + (random.nextLong() >>> (15 + random.nextInt(49)));
      permits = 1 + (int) random.nextLong(Math.min(perNanos, 2_000_000_000));
      long most = new PermitClock(permits, perNanos, 0).maxPermits();
      burst = 1 + random.nextInt((int) Math.min(most, random.nextBoolean() ? 3 : 1_000));
      maxWaitNanos = waits ? random.nextLong(8 * nanosPerPermit()) : 0;
      limiter =
          RateLimiter.builder("load", permits, Duration.ofNanos(perNanos))
              .burst(burst)
              .maxWait(Duration.ofNanos(maxWaitNanos))
              .timeSource(new ManualTimeSource())
              .build();
    }

    long nanosPerPermit() {
      return Math.max(1, perNanos / permits);
    }

    /** Mostly about as often as the rate allows; sometimes at once, sometimes after a pause. */
    void pass() {
      switch (random.nextInt(4)) {
        case 0 -> {}
        case 1 -> now += random.nextLong(burst * nanosPerPermit() + 1);
        default -> now += random.nextLong(2 * nanosPerPermit() + 1);
      }
    }

    int weight() {
      return 1 + random.nextInt(Math.min(burst, 1 + random.nextInt(4)));
    }
  }

  /** Tokens times the period, so that all is whole. */
  private static final class ExactBucket {
    final BigInteger permits;
    final BigInteger per;
    final BigInteger full;
    BigInteger tokens;
    long filled;

    ExactBucket(Load load) {
      permits = BigInteger.valueOf(load.permits);
      per = BigInteger.valueOf(load.perNanos);
      full = per.multiply(BigInteger.valueOf(load.burst));
      tokens = full;
    }

    /** Returns what would be left, below 0 if it is not enough. */
    BigInteger left(long now, int weight) {
      BigInteger earned = permits.multiply(BigInteger.valueOf(now - filled));
      tokens = tokens.add(earned).min(full);
      filled = now;
      return tokens.subtract(per.multiply(BigInteger.valueOf(weight)));
    }
  }

  @Test
  void tryAcquire_anyArrivals_decidesLikeAnExactBucket() {
    int admitted = 0;
    int refused = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Load load = new Load(seed, false);
      ExactBucket bucket = new ExactBucket(load);
      BigInteger drift = BigInteger.valueOf(load.permits).multiply(BigInteger.TWO);
      for (int i = 0; i < ARRIVALS; i++) {
        load.pass();
        int weight = load.weight();
        boolean taken = load.limiter.weighing(weight).admit(load.now) == 0;
        BigInteger left = bucket.left(load.now, weight);

        if (left.abs().compareTo(drift) > 0) { // within two nanoseconds' worth either may be right
          assertThat(taken).as("seed %s, %s", seed, i).isEqualTo(left.signum() > 0);
        }
        if (taken) {
          bucket.tokens = left;
        }
        admitted += taken ? 1 : 0;
        refused += taken ? 0 : 1;
      }
    }

    assertThat(admitted).isGreaterThan(SEEDS * ARRIVALS / 10);
    assertThat(refused).isGreaterThan(SEEDS * ARRIVALS / 10);
  }

  private record Start(RateLimiter limiter, long answer, long entered, int weight) {
    long nanos() {
      return entered - answer;
    }
  }

  @Test
  void admit_anyArrivalsAndHandingsBack_neverExceedsTheRateInAnyInterval() {
    int waited = 0;
    int handedBack = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Load load = new Load(seed, true);
      List<Start> starts = new ArrayList<>();
      for (int i = 0; i < ARRIVALS; i++) {
        load.pass();
        int weight = load.weight();
        RateLimiter limiter = load.limiter.weighing(weight);
        long answer = limiter.admit(load.now);
        if (!Refusal.is(answer)) {
          assertThat(-answer).isLessThanOrEqualTo(load.maxWaitNanos);
          starts.add(new Start(limiter, answer, load.now, weight));
          waited += answer < 0 ? 1 : 0;
        }
        handedBack += handBackOne(load, starts) ? 1 : 0;
      }
      checkEveryInterval(load, starts, seed);
    }

    assertThat(waited).isGreaterThan(10 * SEEDS);
    assertThat(handedBack).isGreaterThan(10 * SEEDS);
  }

  /** Any of those that still wait; one that is not the last leaves a gap. */
  private static boolean handBackOne(Load load, List<Start> starts) {
    int at = starts.size() - 1 - load.random.nextInt(8);
    if (at < 0 || starts.get(at).nanos() <= load.now) {
      return false;
    }
    Start start = starts.remove(at);
    start.limiter().handBack(start.answer(), start.entered());
    return true;
  }

  /**
   * Permits used up to the end of an interval, less those used before it, less what the rate gives
   * in between: at most the burst. The least of what is subtracted belongs to the worst beginning.
   */
  private static void checkEveryInterval(Load load, List<Start> starts, int seed) {
    List<Start> sorted = new ArrayList<>(starts);
    sorted.sort(Comparator.comparingLong(Start::nanos));
    BigInteger permits = BigInteger.valueOf(load.permits);
    BigInteger per = BigInteger.valueOf(load.perNanos);
    BigInteger slack = permits.multiply(BigInteger.TWO); // two nanoseconds' worth
    BigInteger most = per.multiply(BigInteger.valueOf(load.burst)).add(slack);
    BigInteger used = BigInteger.ZERO;
    @Nullable BigInteger least = null;
    for (Start start : sorted) {
      BigInteger given = permits.multiply(BigInteger.valueOf(start.nanos()));
      BigInteger before = used.subtract(given);
      least = least == null ? before : least.min(before);
      used = used.add(per.multiply(BigInteger.valueOf(start.weight())));
      assertThat(used.subtract(given).subtract(least))
          .as("seed %s, up to %s", seed, start)
          .isLessThanOrEqualTo(most);
    }
  }
}
