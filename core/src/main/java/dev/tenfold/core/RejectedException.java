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

  private static final long UNKNOWN = -1;

  /** Who refused. */
  private final String policy;

  /** What it found. */
  private final String reason;

  /** How long to wait, in nanoseconds; negative if unknown. */
  private final long retryAfterNanos;

  /**
   * Creates a refusal.
   *
   * @param policy the name of the policy that refused
   * @param reason what it found, for the message
   * @param retryAfter how long until it may admit again; null if unknown
   */
  public RejectedException(String policy, String reason, @Nullable Duration retryAfter) {
    this(policy, reason, nanos(retryAfter));
  }

  /**
   * Creates a refusal without allocating anything else: the message is put together when somebody
   * reads it.
   *
   * @param policy the name of the policy that refused
   * @param reason what it found, for the message
   * @param retryAfterNanos nanoseconds until it may admit again; negative if unknown
   */
  public RejectedException(String policy, String reason, long retryAfterNanos) {
    super(null, null, false, false);
    this.policy = Objects.requireNonNull(policy, "policy");
    this.reason = Objects.requireNonNull(reason, "reason");
    this.retryAfterNanos = Math.max(UNKNOWN, retryAfterNanos);
  }

  private static long nanos(@Nullable Duration duration) {
    if (duration == null) {
      return UNKNOWN;
    }
    Duration most = Duration.ofNanos(Long.MAX_VALUE);
    return duration.compareTo(most) > 0 ? Long.MAX_VALUE : Math.max(0, duration.toNanos());
  }

  @Override
  public String getMessage() {
    return policy + ": " + reason;
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
    return retryAfterNanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(retryAfterNanos));
  }

  /**
   * Returns what the policy found.
   *
   * @return the reason given to the constructor
   */
  public final String reason() {
    return reason;
  }

  /**
   * Returns how long to wait before trying again, as a number.
   *
   * @return nanoseconds, or -1 if the policy cannot know
   */
  public final long retryAfterNanos() {
    return retryAfterNanos;
  }
}
