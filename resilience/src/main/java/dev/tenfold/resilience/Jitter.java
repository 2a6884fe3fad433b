// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.StableHash;
import dev.tenfold.core.TimeSource;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The source of jitter for builders that were not given one. */
final class Jitter {
  private Jitter() {}

  /**
   * Whether a source of random numbers runs no user code. Other classes of the JDK do not count:
   * {@code SecureRandom} calls its provider, and {@code Random.from} wraps a source of the user.
   */
  static boolean isOurs(@Nullable RandomGenerator given) {
    return given == null
        || given.getClass() == Random.class
        || given.getClass() == SplittableRandom.class
        || given.getClass() == ThreadLocalRandom.class;
  }

  /** Whether a backoff is of this module through and through, and so runs no user code. */
  static boolean isOurs(Backoff backoff) {
    return backoff instanceof Backoff.Exponential
        || (backoff instanceof Backoff.Jittered jittered && isOurs(jittered.inner()));
  }

  /**
   * Returns the given source, or a new thread-safe source seeded by the clock and the name. Two
   * processes hardly start at the same nanosecond, so their jitter differs. With a manual clock the
   * jitter is the same in every run.
   */
  static RandomGenerator source(@Nullable RandomGenerator given, String name, TimeSource time) {
    return given != null
        ? given
        : new Random(StableHash.hash(time.nanoTime()) ^ StableHash.hash(name));
  }
}
