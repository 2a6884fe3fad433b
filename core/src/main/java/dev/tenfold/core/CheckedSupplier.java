// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import org.jspecify.annotations.Nullable;

/**
 * A supplier that may throw a checked exception.
 *
 * <p>The compiler infers {@code X} from the exceptions that a lambda throws: {@link
 * RuntimeException} if none is checked, the type itself if one is, {@link Exception} if two
 * unrelated types are.
 *
 * <p><b>Guarantees.</b> A method of Tenfold that takes the supplier throws its exception unchanged.
 *
 * <p><b>No guarantees.</b> The method says whether, how often and on which thread the supplier
 * runs.
 *
 * @param <T> the type of the result
 * @param <X> the exception that the supplier may throw
 */
@FunctionalInterface
public interface CheckedSupplier<T extends @Nullable Object, X extends Exception> {

  /**
   * Computes the result.
   *
   * @return the result
   * @throws X if the supplier fails
   */
  T get() throws X;
}
