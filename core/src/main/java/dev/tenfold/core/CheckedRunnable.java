// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/**
 * An action that may throw a checked exception.
 *
 * <p><b>Guarantees.</b> A method of Tenfold that takes the action throws its exception unchanged.
 *
 * <p><b>No guarantees.</b> The method says whether, how often and on which thread the action runs.
 *
 * @param <X> the exception that the action may throw; inferred as for {@link CheckedSupplier}
 */
@FunctionalInterface
public interface CheckedRunnable<X extends Exception> {

  /**
   * Runs the action.
   *
   * @throws X if the action fails
   */
  void run() throws X;
}
