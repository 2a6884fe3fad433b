// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.time.Duration;

/** Checks of what builders are given. */
final class Checks {
  /** About 146 years; half the range, so that sums and differences of two cannot overflow. */
  static final long MOST_NANOS = Long.MAX_VALUE / 2;

  private Checks() {}

  static long saturated(Duration duration) {
    Duration most = Duration.ofNanos(MOST_NANOS);
    if (duration.compareTo(most) > 0) {
      return MOST_NANOS;
    }
    return duration.compareTo(most.negated()) < 0 ? -MOST_NANOS : duration.toNanos();
  }

  static long positive(String what, Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(what + " " + duration + " is not more than 0");
    }
    return saturated(duration);
  }

  static String name(String what, String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the name of a " + what + " is empty");
    }
    return name;
  }

  static int atLeast(int least, String what, int value) {
    if (value < least) {
      throw new IllegalArgumentException(what + " " + value + " is less than " + least);
    }
    return value;
  }

  static int within(int least, int most, String what, int value) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " " + value + " is not within " + least + ".." + most);
    }
    return value;
  }

  static double rate(String what, double rate) {
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException(what + " " + rate + " is not above 0 and at most 1");
    }
    return rate;
  }
}
