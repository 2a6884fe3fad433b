// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import org.jspecify.annotations.Nullable;

/**
 * A supplier that may throw a checked exception, which calls that take it throw on unchanged.
 *
 * <p>The compiler infers {@code X} from what the lambda throws: nothing checked gives {@link
 * RuntimeException}, one type gives that type, two unrelated types give {@link Exception}.
 *
 * @param <T> what it returns
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface CheckedSupplier<T extends @Nullable Object, X extends Exception> {

  /**
   * Computes the result.
   *
   * @return the result
   * @throws X if it cannot
   */
  T get() throws X;
}
