// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/**
 * An action that may throw a checked exception, which calls that take it throw on unchanged.
 *
 * @param <X> what it may throw; inferred as in {@link CheckedSupplier}
 */
@FunctionalInterface
public interface CheckedRunnable<X extends Exception> {

  /**
   * Runs the action.
   *
   * @throws X if it fails
   */
  void run() throws X;
}
