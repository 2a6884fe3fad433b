// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.StableHash;
import dev.tenfold.core.TimeSource;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Where jitter comes from unless the builder is given a source. */
final class Jitter {
  private Jitter() {}

  /**
   * Returns the given source, or a thread-safe one of its own seed: no two processes begin at the
   * same nanosecond, and by a manual clock the draws are the same in every run.
   */
  static RandomGenerator source(@Nullable RandomGenerator given, String name, TimeSource time) {
    return given != null
        ? given
        : new Random(StableHash.hash(time.nanoTime()) ^ StableHash.hash(name));
  }
}
