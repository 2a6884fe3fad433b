// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.resilience.Backoff;
import dev.tenfold.resilience.BreakerState;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Counts the probes of a breaker from outside and knows which changes of state they allow. */
final class BreakerWatch implements WatchedGate.Watch {
  final CircuitBreaker breaker;

  private final World world;
  private final int places;
  private final int needed;
  private final long leaseNanos;
  private final boolean slowCalls;
  private final List<Probe> out = new ArrayList<>();
  private final List<Knock> knocks = new ArrayList<>();
  private int episode;
  private long lastProbeNanos;
  private int successes;
  private int failures;
  private BreakerState heard = BreakerState.CLOSED;

  /** An admission seen while the breaker was half-open. */
  private record Probe(int episode, long untilNanos) {}

  /** An admission that the world asked for without a pipeline. */
  private record Knock(long permit, @Nullable Probe probe) {}

  BreakerWatch(World world) {
    this.world = world;
    RandomGenerator dice = world.dice;
    this.places = 1 + dice.nextInt(4);
    double rate = (1 + dice.nextInt(4)) / 4.0;
    this.needed = (int) Math.ceil(places * rate);
    this.leaseNanos = (50 + dice.nextInt(2_000)) * 1_000_000L;
    Duration open = Duration.ofMillis(1 + dice.nextInt(600));
    var builder =
        CircuitBreaker.builder("breaker")
            .openFor(
                dice.nextBoolean()
                    ? Backoff.constant(open)
                    : Backoff.exponential(open, Duration.ofSeconds(2)).equalJitter())
            .probes(places)
            .probeSuccessRate(rate)
            .probeLease(Duration.ofNanos(leaseNanos))
            .onStateChange(this::changed)
            .random(dice)
            .timeSource(world.time);
    int kind = dice.nextInt(5);
    this.slowCalls = kind > 2;
    if (slowCalls) {
      builder.slowCalls(Duration.ofMillis(1 + dice.nextInt(300)), 0.5);
    }
    switch (kind) {
      case 0 -> builder.consecutiveFailures(1 + dice.nextInt(3));
      case 1, 3 -> builder.window(1 + dice.nextInt(6)).minimumCalls(1);
      default -> builder.window(Duration.ofMillis(100 + dice.nextInt(3_000))).minimumCalls(2);
    }
    if (dice.nextInt(4) == 0) {
      builder.rampUp(Duration.ofMillis(1 + dice.nextInt(1_000)));
    }
    this.breaker = builder.build();
  }

  private void changed(BreakerState from, BreakerState to) {
    if (from != heard || from == to) {
      world.fail("the breaker went from " + from + " to " + to + " but was " + heard);
    }
    heard = to;
    if (to == BreakerState.HALF_OPEN) {
      episode++;
      successes = 0;
      failures = 0;
    } else if (from == BreakerState.HALF_OPEN) {
      boolean may =
          to == BreakerState.CLOSED || to == BreakerState.RAMPING
              ? successes >= needed
              : failures > places - needed || slowCalls || lost();
      if (!may) {
        world.fail(
            "the breaker went from half-open to "
                + to
                + (" after " + successes + " successes and " + failures + " failures")
                + (", needs " + needed + " of " + places));
      }
    } else if (to != BreakerState.OPEN && from != BreakerState.RAMPING) {
      world.fail("the breaker went from " + from + " to " + to);
    }
    if (world.dice.nextInt(8) == 0) {
      throw new IllegalStateException("listener");
    }
  }

  @Override
  public @Nullable Probe passed() {
    if (breaker.state() != BreakerState.HALF_OPEN) {
      return null;
    }
    if (lost()) {
      world.fail("half-open goes on although too many probes are overdue");
    }
    lastProbeNanos = world.time.nanoTime();
    Probe probe = new Probe(episode, lastProbeNanos + leaseNanos);
    out.add(probe);
    int inFlight = live() + overdue();
    if (inFlight > places) {
      world.fail(inFlight + " probes are in flight; the limit is " + places);
    }
    if (inFlight + successes + failures > places) {
      world.fail("more than " + places + " probes decide");
    }
    return probe;
  }

  /** Whether the overdue ones leave no way to pass: all that are out, or too many. */
  private boolean lost() {
    int overdue = overdue();
    return overdue > 0 && (live() == 0 || failures + overdue > places - needed);
  }

  private int live() {
    int live = 0;
    for (Probe probe : out) {
      if (probe.episode == episode && probe.untilNanos - world.time.nanoTime() > 0) {
        live++;
      }
    }
    return live;
  }

  private int overdue() {
    int overdue = 0;
    for (Probe probe : out) {
      if (probe.episode == episode && probe.untilNanos - world.time.nanoTime() <= 0) {
        overdue++;
      }
    }
    return overdue;
  }

  @Override
  public void left(@Nullable Object passage, Verdict verdict) {
    if (passage instanceof Probe probe) {
      out.remove(probe);
      if (probe.episode == episode) {
        successes += verdict == Verdict.SUCCESS ? 1 : 0;
        failures += verdict == Verdict.FAILURE ? 1 : 0;
      }
    }
  }

  /** Asks for admission directly, or ends what was admitted so before; some are forgotten. */
  void knock() {
    if (!knocks.isEmpty() && world.dice.nextBoolean()) {
      Knock old = knocks.remove(world.dice.nextInt(knocks.size()));
      leave(old, Verdict.values()[world.dice.nextInt(4)]);
      return;
    }
    long now = world.time.nanoTime();
    long permit = breaker.enter(now);
    if (permit != Gate.REFUSED) {
      knocks.add(new Knock(permit, passed()));
    } else if (breaker.state() == BreakerState.HALF_OPEN && now - lastProbeNanos >= leaseNanos) {
      world.fail("half-open offers no place although the last probe's lease has ended");
    }
  }

  private void leave(Knock knock, Verdict verdict) {
    left(knock.probe, verdict);
    long now = world.time.nanoTime();
    breaker.exit(knock.permit, now, now, verdict);
  }

  /** Whatever happened before, a healthy backend closes it again. */
  void recover() {
    for (int round = 0; round < 4 * places + 4; round++) {
      if (breaker.state() == BreakerState.CLOSED) {
        return;
      }
      world.time.advance(2_100_000_000L);
      long permit = breaker.enter(world.time.nanoTime());
      if (permit != Gate.REFUSED) {
        leave(new Knock(permit, passed()), Verdict.SUCCESS);
      }
    }
    world.fail("a healthy backend does not close the breaker: " + breaker.counts());
  }
}
