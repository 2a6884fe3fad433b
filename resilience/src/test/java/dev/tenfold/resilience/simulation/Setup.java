// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Policy;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Timeout;
import dev.tenfold.resilience.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One pipeline of any legal order, and what its calls may come to. */
final class Setup {
  final Pipeline pipeline;
  final int maxAttempts;
  final boolean refuses;
  final boolean mayWait;
  int watched;
  int timeouts;
  long shortestTimeoutNanos = Long.MAX_VALUE;
  int faults;

  private final World world;
  private final RandomGenerator dice;
  private final String name;
  private long timeoutNanos;

  Setup(World world, String name, @Nullable Retry retry, int maxAttempts) {
    this.world = world;
    this.dice = world.dice;
    this.name = name;
    this.maxAttempts = maxAttempts;
    this.timeoutNanos = dice.nextInt(3) == 0 ? 400_000_000L : 4_000_000_000L;
    List<Policy> policies = new ArrayList<>();
    if (retry != null) {
      for (int i = dice.nextInt(4); i > 0; i--) {
        policies.add(plain(true));
      }
      policies.add(retry);
    }
    int length = dice.nextInt(12) == 0 ? 12 : dice.nextInt(5);
    int breakerAt = dice.nextInt(length + 1);
    int bulkheadAt = dice.nextInt(length + 1);
    int limiterAt = dice.nextInt(length + 1);
    for (int i = 0; i <= length; i++) {
      if (i == breakerAt && world.breaker != null) {
        policies.add(world.breaker.breaker);
        policies.add(gate("behind the breaker", false, world.breaker));
      }
      if (i == bulkheadAt && world.bulkhead != null) {
        policies.add(world.bulkhead.bulkhead);
        policies.add(gate("behind the bulkhead", false, world.bulkhead));
      }
      if (i == limiterAt && world.limiter != null) {
        policies.add(world.limiter.limiter);
        policies.add(gate("behind the limiter", false, world.limiter));
      }
      policies.add(plain(false));
    }
    this.mayWait = world.bulkhead != null || world.limiter != null;
    this.refuses = dice.nextInt(8) == 0;
    this.pipeline =
        Pipeline.builder(name, policies.toArray(Policy[]::new)).executor(executor()).build();
  }

  void userCode(Object what) {
    world.userCode(what);
  }

  private Policy plain(boolean outside) {
    if (dice.nextInt(4) > 0) {
      return gate("gate " + watched, outside, null);
    }
    timeouts++;
    timeoutNanos = timeoutNanos / 8 * (3 + dice.nextInt(5)) + 1;
    shortestTimeoutNanos = Math.min(shortestTimeoutNanos, timeoutNanos);
    return Timeout.builder(name + " timeout " + timeouts, Duration.ofNanos(timeoutNanos))
        .timeSource(world.time)
        .build();
  }

  /** A gate of a user; or one of ours, if it watches the policy in front of it. */
  private Gate gate(String what, boolean outside, WatchedGate.@Nullable Watch watch) {
    watched++;
    Gate gate = new WatchedGate(world, this, name + " " + what, outside, watch);
    return watch == null ? gate : new Witness(gate);
  }

  private Executor executor() {
    boolean atOnce = dice.nextInt(4) == 0;
    return task -> {
      if (refuses && dice.nextInt(5) == 0) {
        throw new java.util.concurrent.RejectedExecutionException("by the world");
      }
      if (atOnce) {
        world.frozen(task); // the submitter may be in the middle of the exits of one edge
      } else {
        world.tasks.add(task);
      }
    };
  }
}
