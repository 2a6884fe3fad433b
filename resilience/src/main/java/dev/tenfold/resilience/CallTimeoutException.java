// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Timeout} fired. The call may have had its effect: unlike a refusal this is a failure of
 * the backend, and whether to repeat it is the caller's decision.
 */
public final class CallTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How long the call was given. */
  private final Duration timeout;

  /**
   * Creates the exception.
   *
   * @param policy the name of the pipeline or policy, for the message
   * @param timeout how long the call was given, after clipping to the deadline
   * @param cause what the call threw when it was interrupted; null if nothing
   */
  public CallTimeoutException(String policy, Duration timeout, @Nullable Throwable cause) {
    super(
        Objects.requireNonNull(policy, "policy")
            + ": no result within "
            + Objects.requireNonNull(timeout, "timeout"),
        cause);
    this.timeout = timeout;
  }

  /**
   * Returns how long the call was given.
   *
   * @return the timeout, or what the deadline had left of it
   */
  public Duration timeout() {
    return timeout;
  }
}
