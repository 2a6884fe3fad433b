// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time by which work has to be done, as a value and as a scope. Every wait in the scope is
 * clipped to it: queueing, backoff, later attempts, timeouts, Redis and JDBC timeouts.
 *
 * <pre>{@code
 * User user = Deadline.after(Duration.ofMillis(800)).call(() ->
 *     pipeline.call(() -> client.get(id)));    // no wait in here is longer than 800 ms
 * }</pre>
 *
 * <p>{@link #call} and {@link #run} open the scope around a lambda; {@link #open} opens it for a
 * {@code try} statement.
 *
 * <p><b>Guarantees.</b> Of nested deadlines the earliest holds: opening a later deadline in the
 * scope of an earlier one changes nothing.
 *
 * <p><b>No guarantees.</b> A deadline bounds waits; it does not stop running code. A first attempt
 * that neither waits nor has a timeout does not look at the deadline.
 *
 * <p>Immutable. Computing the remaining time reads the clock once and allocates nothing.
 */
public final class Deadline {
  private static final Ambient.Key<Deadline> KEY = Ambient.key("deadline");

  private final TimeSource time;
  private final long atNanos;

  private Deadline(TimeSource time, long atNanos) {
    this.time = time;
    this.atNanos = atNanos;
  }

  /**
   * Returns the deadline after a duration from now on the system's clock.
   *
   * @param duration the duration, 0 or more; more than 146 years counts as 146 years
   * @return the deadline
   * @throws IllegalArgumentException if the duration is negative
   */
  public static Deadline after(Duration duration) {
    return after(duration, TimeSource.system());
  }

  /**
   * Returns the deadline after a duration from now.
   *
   * @param duration the duration, 0 or more; more than 146 years counts as 146 years
   * @param time the clock, which is read now and whenever the remaining time is computed
   * @return the deadline
   * @throws IllegalArgumentException if the duration is negative
   */
  public static Deadline after(Duration duration, TimeSource time) {
    long nanos = Checks.nonNegativeNanos("deadline", duration);
    return new Deadline(time, time.nanoTime() + nanos);
  }

  /**
   * Returns the deadline of the innermost scope of this thread.
   *
   * @return the deadline, or null if there is none
   */
  public static @Nullable Deadline current() {
    return Ambient.get(KEY);
  }

  /**
   * Returns a wait clipped to the current deadline.
   *
   * @param nanos the wait
   * @return the smaller of {@code nanos} and the remaining time of the deadline, which is at least
   *     0; {@code nanos} if no deadline is open
   */
  public static long clipNanos(long nanos) {
    Deadline deadline = current();
    return deadline == null ? nanos : Math.min(nanos, deadline.remainingNanos());
  }

  /**
   * Opens a scope in which this deadline holds, or the current one if that is earlier. Close the
   * scope as {@link Ambient.Scope} shows, or use {@link #call} and {@link #run} instead.
   *
   * @return the scope, to be closed on this thread
   */
  public Ambient.Scope open() {
    Deadline present = current();
    return Ambient.open(KEY, present != null && present.isNoLaterThan(this) ? present : this);
  }

  /**
   * Calls code in a scope in which this deadline holds, or the current one if that is earlier.
   *
   * @param <T> the type of the code's result
   * @param <X> the exception of the code; {@code Exception} for two unrelated checked types
   * @param code the code; called once, on this thread
   * @return the result of the code
   * @throws X if the code threw
   */
  public <T extends @Nullable Object, X extends Exception> T call(CheckedSupplier<T, X> code)
      throws X {
    return Ambient.within(open(), code);
  }

  /**
   * Runs code in a scope in which this deadline holds, or the current one if that is earlier.
   *
   * @param <X> the exception of the code
   * @param code the code; run once, on this thread
   * @throws X if the code threw
   */
  public <X extends Exception> void run(CheckedRunnable<X> code) throws X {
    Ambient.within(open(), code);
  }

  private boolean isNoLaterThan(Deadline other) {
    return time.equals(other.time)
        ? atNanos - other.atNanos <= 0
        : remainingNanos() <= other.remainingNanos();
  }

  /**
   * Returns the remaining time.
   *
   * @return nanoseconds; 0 if the deadline has passed
   */
  public long remainingNanos() {
    return Math.max(0, atNanos - time.nanoTime());
  }

  /**
   * Returns whether the deadline has passed.
   *
   * @return true if no time remains
   */
  public boolean expired() {
    return remainingNanos() == 0;
  }

  @Override
  public String toString() {
    return "Deadline[in " + Duration.ofNanos(remainingNanos()) + "]";
  }
}
