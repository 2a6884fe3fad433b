// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The moment by which the work at hand must be done, as a value and as a scope. Every wait inside
 * the scope is clipped to it: queueing, backoff, later attempts, timeouts, Redis and JDBC timeouts.
 *
 * <pre>{@code
 * User user = Deadline.after(Duration.ofMillis(800)).call(() ->
 *     pipeline.call(() -> client.get(id)));    // no wait in here outlives the 800 ms
 * }</pre>
 *
 * <p>{@link #call} and {@link #run} open the scope around a lambda; {@link #open} opens it for a
 * {@code try} statement.
 *
 * <p>Deadlines nest by minimum: a later one opened inside an earlier one changes nothing. A first
 * attempt that neither waits nor has a timeout does not look at the deadline; it bounds waiting, it
 * does not stop running code.
 *
 * <p>Immutable. Reading the remaining time costs one reading of the clock and allocates nothing.
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
   * Returns the deadline that lies so far ahead on the system's clock.
   *
   * @param duration zero or more
   * @return the deadline
   * @throws IllegalArgumentException if the duration is negative
   */
  public static Deadline after(Duration duration) {
    return after(duration, TimeSource.system());
  }

  /**
   * Returns the deadline that lies so far ahead.
   *
   * @param duration zero or more; more than 146 years counts as 146 years
   * @param time the clock to read now and whenever the remaining time is asked for
   * @return the deadline
   * @throws IllegalArgumentException if the duration is negative
   */
  public static Deadline after(Duration duration, TimeSource time) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("deadline " + duration + " is negative; the least is 0");
    }
    return new Deadline(time, time.nanoTime() + saturatedNanos(duration));
  }

  /** Half the range of a long, so that differences of two readings cannot overflow. */
  private static long saturatedNanos(Duration duration) {
    long most = Long.MAX_VALUE / 2;
    return duration.compareTo(Duration.ofNanos(most)) > 0 ? most : duration.toNanos();
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
   * Clips a wait to the current deadline.
   *
   * @param nanos the wait that is wanted
   * @return {@code nanos} if no deadline is open or it lies further ahead, else what remains, at
   *     least 0
   */
  public static long clipNanos(long nanos) {
    Deadline deadline = current();
    return deadline == null ? nanos : Math.min(nanos, deadline.remainingNanos());
  }

  /**
   * Opens a scope in which this deadline, or the present one if that is earlier, holds. Use it as
   * {@link Ambient.Scope} shows, or {@link #call} and {@link #run} instead.
   *
   * @return closes the scope, on this thread
   */
  public Ambient.Scope open() {
    Deadline present = current();
    return Ambient.open(KEY, present != null && present.isNoLaterThan(this) ? present : this);
  }

  /**
   * Calls code in a scope in which this deadline, or the present one if that is earlier, holds.
   *
   * @param <T> what the code returns
   * @param <X> what it throws; two unrelated checked types infer {@code Exception}
   * @param code called once, on this thread
   * @return what it returned
   * @throws X what it threw
   */
  public <T extends @Nullable Object, X extends Exception> T call(CheckedSupplier<T, X> code)
      throws X {
    return Ambient.within(open(), code);
  }

  /**
   * Runs code in a scope in which this deadline, or the present one if that is earlier, holds, as
   * {@link #call} does.
   *
   * @param <X> what it throws
   * @param code run once, on this thread
   * @throws X what it threw
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
   * Returns what is left.
   *
   * @return nanoseconds, 0 if the deadline has passed
   */
  public long remainingNanos() {
    return Math.max(0, atNanos - time.nanoTime());
  }

  /**
   * Says whether the deadline has passed.
   *
   * @return true if nothing is left
   */
  public boolean expired() {
    return remainingNanos() == 0;
  }

  @Override
  public String toString() {
    return "Deadline[in " + Duration.ofNanos(remainingNanos()) + "]";
  }
}
