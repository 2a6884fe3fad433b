// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.time.Duration;

/**
 * Checks of the arguments that builders and methods are given. All modules of Tenfold refuse an
 * argument in the same words: what it is, its value, and the values that are allowed.
 *
 * <pre>{@code
 * this.limit = Checks.atLeast(1, "limit of bulkhead \"" + name + '"', limit);
 * // IllegalArgumentException: limit of bulkhead "db" is 0; it must be at least 1
 * }</pre>
 *
 * <p><b>Guarantees.</b> A check returns the value that it was given, or throws.
 *
 * <p><b>No guarantees.</b> The exact wording of a message may change.
 *
 * <p>Stateless and thread-safe. No check blocks; a check that passes allocates nothing.
 */
public final class Checks {
  /**
   * The longest duration in nanoseconds: about 146 years. Half the range of a {@code long}, so that
   * the sum and the difference of two durations cannot overflow.
   */
  public static final long MAX_NANOS = Long.MAX_VALUE / 2;

  private Checks() {}

  /**
   * Returns the name of a component if it is not empty.
   *
   * @param what the kind of component, such as {@code "circuit breaker"}
   * @param name the name
   * @return the name
   * @throws IllegalArgumentException if the name is empty
   */
  public static String name(String what, String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the name of a " + what + " is empty");
    }
    return name;
  }

  /**
   * Returns a value if it is not less than a minimum.
   *
   * @param min the least value allowed
   * @param what the name of the argument
   * @param value the value
   * @return the value
   * @throws IllegalArgumentException if the value is less than {@code min}
   */
  public static int atLeast(int min, String what, int value) {
    if (value < min) {
      throw new IllegalArgumentException(what + " is " + value + "; it must be at least " + min);
    }
    return value;
  }

  /**
   * Returns a duration if it is not shorter than a minimum.
   *
   * @param min the shortest duration allowed
   * @param what the name of the argument
   * @param value the duration
   * @return the duration
   * @throws IllegalArgumentException if the duration is shorter than {@code min}
   */
  public static Duration atLeast(Duration min, String what, Duration value) {
    if (value.compareTo(min) < 0) {
      throw new IllegalArgumentException(what + " is " + value + "; it must be at least " + min);
    }
    return value;
  }

  /**
   * Returns a value if it lies in a range.
   *
   * @param min the least value allowed
   * @param max the greatest value allowed
   * @param what the name of the argument
   * @param value the value
   * @return the value
   * @throws IllegalArgumentException if the value is less than {@code min} or more than {@code max}
   */
  public static int range(int min, int max, String what, int value) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(outside(min, max, what, value));
    }
    return value;
  }

  /**
   * Returns a value if it lies in a range.
   *
   * @param min the least value allowed
   * @param max the greatest value allowed
   * @param what the name of the argument
   * @param value the value
   * @return the value
   * @throws IllegalArgumentException if the value is less than {@code min} or more than {@code max}
   */
  public static long range(long min, long max, String what, long value) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(outside(min, max, what, value));
    }
    return value;
  }

  /**
   * Returns a value if it lies in a range.
   *
   * @param min the least value allowed
   * @param max the greatest value allowed
   * @param what the name of the argument
   * @param value the value
   * @return the value
   * @throws IllegalArgumentException if the value is less than {@code min}, more than {@code max}
   *     or not a number
   */
  public static double range(double min, double max, String what, double value) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(outside(min, max, what, value));
    }
    return value;
  }

  /**
   * Returns a duration if it lies in a range.
   *
   * @param min the shortest duration allowed
   * @param max the longest duration allowed
   * @param what the name of the argument
   * @param value the duration
   * @return the duration
   * @throws IllegalArgumentException if the duration is shorter than {@code min} or longer than
   *     {@code max}
   */
  public static Duration range(Duration min, Duration max, String what, Duration value) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(outside(min, max, what, value));
    }
    return value;
  }

  private static String outside(Object min, Object max, String what, Object value) {
    return what + " is " + value + "; it must be from " + min + " to " + max;
  }

  /**
   * Returns a ratio if it is more than 0 and at most 1.
   *
   * @param what the name of the argument
   * @param value the ratio
   * @return the ratio
   * @throws IllegalArgumentException if the ratio is 0 or less, more than 1 or not a number
   */
  public static double ratio(String what, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(
          what + " is " + value + "; it must be more than 0 and at most 1");
    }
    return value;
  }

  /**
   * Returns a duration in nanoseconds if it is more than 0.
   *
   * @param what the name of the argument
   * @param value the duration
   * @return the duration in nanoseconds, at most {@link #MAX_NANOS}
   * @throws IllegalArgumentException if the duration is 0 or negative
   */
  public static long positiveNanos(String what, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(what + " is " + value + "; it must be more than 0");
    }
    return nanos(value);
  }

  /**
   * Returns a duration in nanoseconds if it is not negative.
   *
   * @param what the name of the argument
   * @param value the duration
   * @return the duration in nanoseconds, at most {@link #MAX_NANOS}
   * @throws IllegalArgumentException if the duration is negative
   */
  public static long nonNegativeNanos(String what, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(what + " is " + value + "; it must be 0 or more");
    }
    return nanos(value);
  }

  /**
   * Converts a duration to nanoseconds. A duration of more than {@link #MAX_NANOS}, or less than
   * the negative of it, becomes that limit.
   *
   * @param duration any duration
   * @return nanoseconds, from -{@link #MAX_NANOS} to {@link #MAX_NANOS}
   */
  public static long nanos(Duration duration) {
    Duration max = Duration.ofNanos(MAX_NANOS);
    if (duration.compareTo(max) > 0) {
      return MAX_NANOS;
    }
    return duration.compareTo(max.negated()) < 0 ? -MAX_NANOS : duration.toNanos();
  }
}
