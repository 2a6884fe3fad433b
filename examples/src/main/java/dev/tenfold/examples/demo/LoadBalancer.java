// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Distributes requests to the instances in turn (round robin), and skips an instance for half a
 * second after a failed connection.
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

  /** Returns the next instance that is not skipped; any instance if all are skipped. */
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
      throw new IllegalStateException("the load balancer has no instance");
    }
    return last;
  }

  /** Skips an instance for half a second. */
  void unreachable(Target target) {
    target.restUntilNanos = time.nanoTime() + REST_NANOS;
  }

  /** An instance. Its address changes with a restart. */
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

    /** Sets the address of the instance; null: none. */
    void at(@Nullable String base) {
      this.base = base;
    }
  }
}
