// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.CheckedRunnable;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Checks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The greatest staleness that a read accepts, where that is less than {@code maxStaleness} of the
 * data source.
 *
 * <pre>{@code
 * Stock stock = Staleness.atMost(Duration.ofSeconds(1)).call(() -> dao.stock(id));
 * }</pre>
 *
 * <p>{@link #call} and {@link #run} open the scope around a lambda; {@link #open} opens it for a
 * {@code try} statement.
 *
 * <p><b>Guarantees.</b> The tightest of the open scopes and of the data source counts, at the
 * moment at which a connection is bound. Unlike {@code maxStaleness} it holds when the primary is
 * lost: a replica of unknown staleness does not serve the read.
 *
 * <p><b>No guarantees.</b> The result of a probe ages until the next probe: with a bound shorter
 * than the probe interval, the primary serves most reads.
 *
 * <p>Immutable and thread-safe.
 */
public final class Staleness {
  private static final Ambient.Key<Staleness> KEY = Ambient.key("staleness");

  private final long nanos;

  private Staleness(long nanos) {
    this.nanos = nanos;
  }

  /**
   * Returns a bound.
   *
   * @param max 0 or more; 0 means that the primary serves the read
   * @return the bound
   * @throws IllegalArgumentException if the duration is negative
   */
  public static Staleness atMost(Duration max) {
    return new Staleness(Checks.nonNegativeNanos("staleness", max));
  }

  /**
   * Returns the bound of this thread.
   *
   * @return the tightest bound of the open scopes; null if there is none
   */
  public static @Nullable Staleness current() {
    return Ambient.get(KEY);
  }

  /**
   * Returns this bound.
   *
   * @return 0 or more
   */
  public Duration max() {
    return Duration.ofNanos(nanos);
  }

  long maxNanos() {
    return nanos;
  }

  /**
   * Declares this bound for this thread until the scope is closed. An outer bound that is tighter
   * stays in force. Close the scope as {@link Ambient.Scope} shows, or use {@link #call} and {@link
   * #run} instead.
   *
   * @return the scope, to be closed on this thread
   */
  public Ambient.Scope open() {
    return Ambient.open(KEY, tighter());
  }

  private Staleness tighter() {
    Staleness outer = current();
    return outer == null || nanos < outer.nanos ? this : outer;
  }

  /**
   * Calls code with this bound declared.
   *
   * @param <T> the type of the code's result
   * @param <X> the exception of the code; {@code Exception} for two unrelated checked types
   * @param code the code; called once, on this thread
   * @return the result of the code
   * @throws X if the code threw
   */
  public <T extends @Nullable Object, X extends Exception> T call(CheckedSupplier<T, X> code)
      throws X {
    return Ambient.call(KEY, tighter(), code);
  }

  /**
   * Runs code with this bound declared.
   *
   * @param <X> the exception of the code
   * @param code the code; run once, on this thread
   * @throws X if the code threw
   */
  public <X extends Exception> void run(CheckedRunnable<X> code) throws X {
    Ambient.run(KEY, tighter(), code);
  }

  @Override
  public String toString() {
    return "Staleness[at most " + max() + "]";
  }
}
