// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.resilience.RateLimiter;
import dev.tenfold.resilience.Verdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Counts who passes a rate limiter: never more than the burst and what time has earned since. */
final class LimiterWatch implements WatchedGate.Watch {
  final RateLimiter limiter;

  private final World world;
  private final int permits;
  private final long perNanos;
  private final int burst;
  private final long startNanos;
  private int passed;

  LimiterWatch(World world) {
    this.world = world;
    this.permits = 1 + world.dice.nextInt(20);
    this.perNanos = (1 + world.dice.nextInt(2_000)) * 1_000_000L;
    this.burst = 1 + world.dice.nextInt(4);
    this.startNanos = world.time.nanoTime();
    this.limiter =
        RateLimiter.builder("limiter", permits, Duration.ofNanos(perNanos))
            .burst(burst)
            .maxWait(Duration.ofMillis(world.dice.nextInt(3) * 150))
            .timeSource(world.time)
            .build();
  }

  @Override
  public @Nullable Object passed() {
    passed++;
    double earned = (double) (world.time.nanoTime() - startNanos) * permits / perNanos;
    if (passed > burst + earned + 1e-3) {
      world.fail(passed + " calls passed a burst of " + burst + " and " + earned + " earned");
    }
    return null;
  }

  @Override
  public void left(@Nullable Object passage, Verdict verdict) {}

  /** After a pause the whole burst is there again. */
  void recover() {
    world.time.advance(burst * perNanos + 1_000_000_000L);
    if (limiter.available() != burst || !limiter.tryAcquire(burst)) {
      world.fail("after a pause " + limiter.available() + " of " + burst + " are available");
    }
  }
}
