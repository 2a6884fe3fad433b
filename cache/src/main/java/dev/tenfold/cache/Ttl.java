// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long a value lives in the remote store: the time asked for, spread by a tenth. */
final class Ttl {
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MOST = Duration.ofDays(365);
  private static final double SPREAD = 0.1;

  private final Duration ttl;
  private final RandomGenerator random;

  Ttl(Duration ttl, RandomGenerator random) {
    this.ttl = ttl;
    this.random = random;
  }

  static Duration checked(String what, Duration ttl) {
    if (ttl.compareTo(LEAST) < 0 || ttl.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          what + " " + ttl + " is out of range; it must be " + LEAST + " to " + MOST);
    }
    return ttl;
  }

  /** Values loaded together must not expire together. Never longer than what was asked for. */
  Duration next() {
    double share = 1 - SPREAD * random.nextDouble();
    return Duration.ofMillis(Math.max(1, Math.round(ttl.toMillis() * share)));
  }
}
