// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Checks;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The time to live of values in the remote store. Each value gets the configured time less a random
 * part of up to a tenth, so that values loaded together do not expire together.
 */
final class Ttl {
  static final Duration MIN = Duration.ofMillis(1);
  private static final Duration MAX = Duration.ofDays(365);
  private static final double SPREAD = 0.1;

  private final Duration ttl;
  private final RandomGenerator random;

  Ttl(Duration ttl, RandomGenerator random) {
    this.ttl = ttl;
    this.random = random;
  }

  static Duration checked(String what, Duration ttl) {
    return Checks.range(MIN, MAX, what, ttl);
  }

  /** Returns the time to live of the next value; never longer than configured. */
  Duration next() {
    double share = 1 - SPREAD * random.nextDouble();
    return Duration.ofMillis(Math.max(1, Math.round(ttl.toMillis() * share)));
  }
}
