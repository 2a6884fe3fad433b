// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Ambient;
import org.jspecify.annotations.Nullable;

/**
 * The caller that reads one key, or the keys of one batch, for all callers. A leader records which
 * leader it waits for. So a loader that asks for a key whose load waits for that loader is refused
 * instead of waiting for ever.
 */
final class FlightLeader {
  private static final Ambient.Key<FlightLeader> LEADING = Ambient.key("cache load");

  /**
   * The longest chain of waiting leaders that is followed. A longer one counts as free of cycles.
   */
  private static final int MAX_STEPS = 1_000;

  private volatile @Nullable FlightLeader waitsFor;

  /** Opens the scope in which this leader is the current one of the thread. */
  Ambient.Scope open() {
    return Ambient.open(LEADING, this);
  }

  static @Nullable FlightLeader current() {
    return Ambient.get(LEADING);
  }

  /**
   * Records that this leader waits for another one. The threads of a cycle write before they read,
   * so at least one of them sees the cycle.
   *
   * @throws IllegalStateException if the other leader waits for this one, directly or through more
   */
  void beginWait(FlightLeader other, String cache) {
    waitsFor = other;
    FlightLeader next = other;
    for (int steps = 0; next != null && steps < MAX_STEPS; steps++) {
      if (next == this) {
        waitsFor = null;
        throw new IllegalStateException(
            "cache \""
                + cache
                + "\": a loader asked for a key that this loader loads itself, or whose load waits"
                + " for this loader");
      }
      next = next.waitsFor;
    }
  }

  void endWait() {
    waitsFor = null;
  }
}
