// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a {@link Timeout} fires, or when the deadline of the caller ends first ({@link
 * #deadlineEnded}). The call may have had its effect. Unlike a refusal, a fired timeout is a
 * failure of the backend, unless the deadline ended the call before half of the timeout was over.
 * Whether to repeat the call is the caller's decision.
 */
public final class CallTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How long the call was given. */
  private final Duration timeout;

  /** The timeout's own duration in nanoseconds if the deadline ended sooner; else 0. */
  private final long ownNanos;

  /** How long the call ran until the deadline ended it, or it ended itself later; else 0. */
  private final long ranNanos;

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
    this.ownNanos = 0;
    this.ranNanos = 0;
  }

  /**
   * Creates the exception of a timeout.
   *
   * @param clipped what the deadline left of the timeout; null if it was whole
   * @param ranNanos how long the call ran, if the deadline ended it
   */
  static CallTimeoutException of(
      String pipeline,
      Duration timeout,
      @Nullable ClippedTimeout clipped,
      long ranNanos,
      @Nullable Throwable cause) {
    return clipped == null
        ? new CallTimeoutException(pipeline, timeout, cause)
        : new CallTimeoutException(pipeline, clipped, ranNanos, cause);
  }

  private CallTimeoutException(
      String policy, ClippedTimeout clipped, long ranNanos, @Nullable Throwable cause) {
    super(
        policy
            + ": no result within "
            + Duration.ofNanos(clipped.leftNanos())
            + ", when the deadline ended",
        cause);
    this.timeout = Duration.ofNanos(clipped.leftNanos());
    this.ownNanos = clipped.ownNanos();
    this.ranNanos = ranNanos;
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
    return ownNanos > 0;
  }

  /** Whether a gate further out may count this end as one that the backend is to blame for. */
  boolean isFailureFor(PipelineGate gate) {
    return ownNanos == 0
        || new ClippedTimeout(timeout.toNanos(), ownNanos).isFailureFor(gate, ranNanos);
  }
}
