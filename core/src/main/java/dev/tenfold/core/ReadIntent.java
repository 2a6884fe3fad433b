// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import org.jspecify.annotations.Nullable;

/**
 * What a read is for, declared by the caller because nobody parses its SQL. The innermost open
 * scope wins; without one, the component that reads decides.
 *
 * <pre>{@code
 * try (Ambient.Scope scope = ReadIntent.PRIMARY.open()) {
 *   dao.find(id);            // a splitting DataSource goes to the primary, read-only or not
 * }
 * }</pre>
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
   * Declares this intent for this thread until the scope is closed.
   *
   * @return closes the scope, on this thread
   */
  public Ambient.Scope open() {
    return Ambient.open(KEY, this);
  }
}
