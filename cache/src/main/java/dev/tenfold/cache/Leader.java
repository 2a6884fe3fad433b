// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Ambient;
import org.jspecify.annotations.Nullable;

/**
 * Whoever fetches one or more keys on behalf of all callers. Leaders know whom they wait for, so
 * that a loader which asks for a key that waits for it is refused instead of waiting for ever.
 */
final class Leader {
  private static final Ambient.Key<Leader> LEADING = Ambient.key("cache load");

  /** Longer chains of loaders waiting for loaders are taken to end well. */
  private static final int MOST_STEPS = 1_000;

  private volatile @Nullable Leader waitsFor;

  /** Opens the scope in which this leader leads on this thread. */
  Ambient.Scope lead() {
    return Ambient.open(LEADING, this);
  }

  static @Nullable Leader current() {
    return Ambient.get(LEADING);
  }

  /**
   * Says that this leader cannot go on before the other has finished; both threads of a circle
   * write before they read, so at least one of them sees it.
   *
   * @throws IllegalStateException if the other waits for this one, directly or through more
   */
  void beginWait(Leader other, String cache) {
    waitsFor = other;
    Leader next = other;
    for (int steps = 0; next != null && steps < MOST_STEPS; steps++) {
      if (next == this) {
        waitsFor = null;
        throw new IllegalStateException(
            "cache \""
                + cache
                + "\": a loader asks for a key that is being loaded by itself, or by"
                + " a loader that waits for it");
      }
      next = next.waitsFor;
    }
  }

  void endWait() {
    waitsFor = null;
  }
}
