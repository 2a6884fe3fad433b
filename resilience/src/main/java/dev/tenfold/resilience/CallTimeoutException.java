// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a {@link Timeout} fires, or when the deadline of the caller ends first ({@link
 * #deadlineEnded}). The call may have had its effect. Unlike a refusal, a fired timeout is a
 * failure of the backend, unless the deadline ended an attempt that had run for too short a time:
 * see {@link Timeout}. Whether to repeat the call is the caller's decision.
 */
public final class CallTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How long the call was given. */
  private final Duration timeout;

  /** Whether the deadline ended the call, before the timeout's own duration was over. */
  private final boolean deadlineEnded;

  /** Whether the deadline left the backend enough time to answer. */
  private final boolean ranLongEnough;

  /**
   * Creates the exception.
   *
   * @param policy the name of the pipeline or policy, for the message
   * @param timeout the time given to the call, after clipping to the deadline
   * @param cause the exception of the interrupted call; null if there is none
   */
  public CallTimeoutException(String policy, Duration timeout, @Nullable Throwable cause) {
    super(
        Objects.requireNonNull(policy, "policy")
            + ": no result within "
            + Objects.requireNonNull(timeout, "timeout"),
        cause);
    this.timeout = timeout;
    this.deadlineEnded = false;
    this.ranLongEnough = true;
  }

  /**
   * Creates the exception of a timeout that the deadline ended.
   *
   * @param leftNanos the time that the deadline left to the call
   * @param ranLongEnough whether the call {@linkplain ClippedTimeout ran for long enough}
   */
  CallTimeoutException(
      String policy, long leftNanos, boolean ranLongEnough, @Nullable Throwable cause) {
    super(
        policy + ": no result within " + Duration.ofNanos(leftNanos) + ", when the deadline ended",
        cause);
    this.timeout = Duration.ofNanos(leftNanos);
    this.deadlineEnded = true;
    this.ranLongEnough = ranLongEnough;
  }

  /**
   * Returns the time that the call was given.
   *
   * @return the timeout, or what the deadline had left of it
   */
  public Duration timeout() {
    return timeout;
  }

  /**
   * Returns whether the {@link dev.tenfold.core.Deadline} of the caller ended the call, before the
   * timeout's own duration was over.
   *
   * @return true if the deadline ended the call
   */
  public boolean deadlineEnded() {
    return deadlineEnded;
  }

  /** Whether this end is a failure of the backend. */
  boolean ranLongEnough() {
    return ranLongEnough;
  }
}
