// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the thread is interrupted while a policy makes it wait: in a bulkhead's queue, for a
 * reservation, or between two attempts. The interrupt flag is set again before the throw.
 */
public final class CallInterruptedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param policy the name of the policy that was waiting
   * @param cause the exception of the last attempt, or the interrupt; null if there is neither
   */
  public CallInterruptedException(String policy, @Nullable Throwable cause) {
    super(Objects.requireNonNull(policy, "policy") + ": interrupted while waiting", cause);
  }
}
