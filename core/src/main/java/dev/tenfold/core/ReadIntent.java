// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import org.jspecify.annotations.Nullable;

/**
 * What a read is for, declared by the caller because nobody parses its SQL. The innermost open
 * scope wins; without one, the component that reads decides.
 *
 * <pre>{@code
 * User user = ReadIntent.PRIMARY.call(() ->
 *     dao.find(id));         // a splitting DataSource goes to the primary, read-only or not
 * }</pre>
 *
 * <p>{@link #call} and {@link #run} open the scope around a lambda; {@link #open} opens it for a
 * {@code try} statement.
 */
public enum ReadIntent {
  /** The read must see every committed write: the primary serves it. */
  PRIMARY,
  /** The read tolerates the bounded staleness that its DataSource was built with. */
  REPLICA;

  private static final Ambient.Key<ReadIntent> KEY = Ambient.key("read intent");

  /**
   * Returns the intent of the innermost scope of this thread.
   *
   * @return the intent, or null if none was declared
   */
  public static @Nullable ReadIntent current() {
    return Ambient.get(KEY);
  }

  /**
   * Declares this intent for this thread until the scope is closed. Use it as {@link Ambient.Scope}
   * shows, or {@link #call} and {@link #run} instead.
   *
   * @return closes the scope, on this thread
   */
  public Ambient.Scope open() {
    return Ambient.open(KEY, this);
  }

  /**
   * Calls code with this intent declared.
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
   * Runs code with this intent declared, as {@link #call} does.
   *
   * @param <X> what it throws
   * @param code run once, on this thread
   * @throws X what it threw
   */
  public <X extends Exception> void run(CheckedRunnable<X> code) throws X {
    Ambient.within(open(), code);
  }
}
