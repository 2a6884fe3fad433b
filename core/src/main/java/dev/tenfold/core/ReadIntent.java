// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import org.jspecify.annotations.Nullable;

/**
 * The intent of a read: whether a replica may serve it. The caller declares it, because Tenfold
 * does not parse SQL.
 *
 * <pre>{@code
 * User user = ReadIntent.PRIMARY.call(() ->
 *     dao.find(id));         // a splitting DataSource goes to the primary, read-only or not
 * }</pre>
 *
 * <p>{@link #call} and {@link #run} open the scope around a lambda; {@link #open} opens it for a
 * {@code try} statement.
 *
 * <p><b>Guarantees.</b> The innermost open scope of the thread counts.
 *
 * <p><b>No guarantees.</b> Without a scope, the component that reads decides.
 */
public enum ReadIntent {
  /** The read must see every committed write: the primary serves it. */
  PRIMARY,
  /** The read accepts the bounded staleness that its DataSource was built with. */
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
   * Declares this intent for this thread until the scope is closed. Close the scope as {@link
   * Ambient.Scope} shows, or use {@link #call} and {@link #run} instead.
   *
   * @return the scope, to be closed on this thread
   */
  public Ambient.Scope open() {
    return Ambient.open(KEY, this);
  }

  /**
   * Calls code with this intent declared.
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
   * Runs code with this intent declared.
   *
   * @param <X> the exception of the code
   * @param code the code; run once, on this thread
   * @throws X if the code threw
   */
  public <X extends Exception> void run(CheckedRunnable<X> code) throws X {
    Ambient.within(open(), code);
  }
}
