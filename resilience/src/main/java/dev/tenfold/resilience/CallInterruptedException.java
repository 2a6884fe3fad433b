// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The thread was interrupted while a policy made it wait: in a bulkhead's queue, for a reservation,
 * or between two attempts. The interrupt flag is set again when this is thrown.
 */
public final class CallInterruptedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param policy the name of the policy that was waiting
   * @param cause what the last attempt threw, or the interrupt; null if there is nothing to tell
   */
  public CallInterruptedException(String policy, @Nullable Throwable cause) {
    super(Objects.requireNonNull(policy, "policy") + ": interrupted while waiting", cause);
  }
}
