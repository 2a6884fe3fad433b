// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.Verdict;
import java.time.Duration;

/** Counts who is behind a bulkhead. */
final class BulkheadWatch implements WatchedGate.Watch {
  final Bulkhead bulkhead;

  private final World world;
  private final int limit;
  private final int maxWaiters;
  private int inside;

  BulkheadWatch(World world) {
    this.world = world;
    this.limit = 1 + world.dice.nextInt(3);
    this.maxWaiters = 1 + world.dice.nextInt(3);
    var builder = Bulkhead.builder("bulkhead", limit).timeSource(world.time);
    if (world.dice.nextInt(4) > 0) {
      builder.maxWait(Duration.ofMillis(1 + world.dice.nextInt(400))).maxWaiters(maxWaiters);
    }
    this.bulkhead = builder.build();
  }

  @Override
  public Object passed() {
    inside++;
    check();
    return this;
  }

  @Override
  public void left(Object passage, Verdict verdict) {
    inside--;
  }

  void check() {
    if (inside > limit || bulkhead.inFlight() > limit || bulkhead.inFlight() < inside) {
      world.fail(inside + " calls are behind " + bulkhead);
    }
    if (bulkhead.waiting() > maxWaiters) {
      world.fail("more than " + maxWaiters + " wait in " + bulkhead);
    }
  }

  /** Nobody waits beside a free permit once everybody has done what he was about to do. */
  void settled() {
    check();
    if (bulkhead.waiting() > 0 && bulkhead.inFlight() < limit) {
      world.fail("a permit is free and nobody hands it out: " + bulkhead);
    }
  }

  void isEmpty() {
    if (inside != 0 || bulkhead.inFlight() != 0 || bulkhead.waiting() != 0) {
      world.fail("nobody calls, but " + inside + " calls are behind " + bulkhead);
    }
  }
}
