// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Deals requests to the instances in turn, and leaves one alone for a moment after a connection to
 * it failed, as the balancer in front of a real service does.
 */
final class LoadBalancer {
  private static final long REST_NANOS = Duration.ofMillis(500).toNanos();

  private final TimeSource time;
  private final List<Target> targets = new CopyOnWriteArrayList<>();
  private final AtomicLong turn = new AtomicLong();

  LoadBalancer(TimeSource time) {
    this.time = time;
  }

  Target add(String name) {
    Target target = new Target(name);
    targets.add(target);
    return target;
  }

  List<Target> targets() {
    return List.copyOf(targets);
  }

  /** The next instance that looks alive; any if none does. */
  Target next() {
    long now = time.nanoTime();
    Target last = null;
    for (int i = 0; i < targets.size(); i++) {
      last = targets.get((int) Math.floorMod(turn.getAndIncrement(), (long) targets.size()));
      if (last.base != null && now - last.restUntilNanos >= 0) {
        return last;
      }
    }
    if (last == null) {
      throw new IllegalStateException("no instance was added");
    }
    return last;
  }

  /** Gives an instance a rest. */
  void unreachable(Target target) {
    target.restUntilNanos = time.nanoTime() + REST_NANOS;
  }

  /** One instance; its address changes when it is started again. */
  static final class Target {
    private final String name;
    private volatile @Nullable String base;
    private volatile long restUntilNanos = Long.MIN_VALUE / 2;

    private Target(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    @Nullable String base() {
      return base;
    }

    /** Where the instance is now, null while it is not there. */
    void at(@Nullable String base) {
      this.base = base;
    }
  }
}
