// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that was refused before it reached the backend: breaker open, bulkhead full, rate
 * exceeded. The whole family is unchecked and has no stack trace, because a refusal is an everyday
 * event whose place is known and whose price must stay small.
 *
 * <p>A refusal is never a failure of the backend: breakers do not count it, and retries do not
 * repeat it unless asked.
 */
public class RejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Who refused. */
  private final String policy;

  /** How long to wait; null if unknown. */
  private final @Nullable Duration retryAfter;

  /**
   * Creates a refusal.
   *
   * @param policy the name of the policy that refused
   * @param reason what it found, for the message
   * @param retryAfter how long until it may admit again; null if unknown
   */
  public RejectedException(String policy, String reason, @Nullable Duration retryAfter) {
    super(Objects.requireNonNull(policy, "policy") + ": " + reason, null, false, false);
    this.policy = policy;
    this.retryAfter = retryAfter;
  }

  /**
   * Returns who refused.
   *
   * @return the name given to the policy's builder
   */
  public final String policy() {
    return policy;
  }

  /**
   * Returns how long to wait before trying again.
   *
   * @return the wait, or empty if the policy cannot know
   */
  public final Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
