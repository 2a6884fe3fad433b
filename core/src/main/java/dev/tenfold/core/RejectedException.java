// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call was refused before it reached the backend: the breaker is open, the bulkhead is full, the
 * rate is exceeded. The exception is unchecked and has no stack trace: refusals are frequent and
 * have to be cheap, and the policy says where they come from.
 *
 * <pre>{@code
 * int status = refusal.kind() == RefusalKind.RATE_LIMITED ? 429 : 503;
 * }</pre>
 *
 * <p><b>Guarantees.</b> A refusal is never a failure of the backend: breakers do not count it, and
 * retries do not repeat it unless asked. {@link #policy} and {@link #kind} are for programs and do
 * not depend on the wording of {@link #reason}.
 *
 * <p><b>No guarantees.</b> The wording of {@link #reason} and of the message may change.
 *
 * <p>Immutable and thread-safe. The exception is one object; the message is composed when it is
 * read.
 */
public class RejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final long UNKNOWN = -1;

  /** The name of the policy. */
  private final String policy;

  /** Why the policy refused, for programs. */
  private final Kind kind;

  /** Why the policy refused, for people. */
  private final String reason;

  /** How long to wait, in nanoseconds; negative if unknown. */
  private final long retryAfterNanos;

  /**
   * Why a policy refused, as a value that a program can compare and switch on. A module has one
   * enum of its kinds, such as {@code dev.tenfold.resilience.RefusalKind}; a policy of your own may
   * bring another.
   *
   * <p>Implementations are enums, so that kinds are compared by {@code ==}.
   */
  public interface Kind extends Serializable {

    /** The kind of a refusal that was created without one. */
    Kind UNSPECIFIED = Unspecified.UNSPECIFIED;

    /**
     * Returns the name of the constant.
     *
     * @return the name, as {@link Enum#name} does
     */
    String name();

    /**
     * Returns the kind in words, for the message.
     *
     * @return a constant text, not empty
     */
    String reason();
  }

  private enum Unspecified implements Kind {
    UNSPECIFIED;

    @Override
    public String reason() {
      return "refused";
    }
  }

  /**
   * Creates a refusal of a kind. Allocates nothing else.
   *
   * @param policy the name of the policy that refused
   * @param kind why the policy refused; also the {@link #reason}
   * @param retryAfterNanos nanoseconds until the policy may admit again; negative if unknown
   */
  public RejectedException(String policy, Kind kind, long retryAfterNanos) {
    this(policy, kind, kind.reason(), retryAfterNanos);
  }

  /**
   * Creates a refusal of the kind {@link Kind#UNSPECIFIED}.
   *
   * @param policy the name of the policy that refused
   * @param reason why the policy refused, for the message
   * @param retryAfter how long until the policy may admit again; null if unknown
   */
  public RejectedException(String policy, String reason, @Nullable Duration retryAfter) {
    this(policy, reason, nanos(retryAfter));
  }

  /**
   * Creates a refusal of the kind {@link Kind#UNSPECIFIED}. Allocates nothing else.
   *
   * @param policy the name of the policy that refused
   * @param reason why the policy refused, for the message
   * @param retryAfterNanos nanoseconds until the policy may admit again; negative if unknown
   */
  public RejectedException(String policy, String reason, long retryAfterNanos) {
    this(policy, Kind.UNSPECIFIED, reason, retryAfterNanos);
  }

  private RejectedException(String policy, Kind kind, String reason, long retryAfterNanos) {
    super(null, null, false, false);
    this.policy = Objects.requireNonNull(policy, "policy");
    this.kind = Objects.requireNonNull(kind, "kind");
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
   * Returns the policy that refused.
   *
   * @return the name given to the policy's builder
   */
  public final String policy() {
    return policy;
  }

  /**
   * Returns why the policy refused, for programs.
   *
   * @return the kind, {@link Kind#UNSPECIFIED} if the refusal was created without one
   */
  public final Kind kind() {
    return kind;
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
   * Returns why the policy refused, for people.
   *
   * @return the words of the {@link #kind}, or the reason given to the constructor
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
