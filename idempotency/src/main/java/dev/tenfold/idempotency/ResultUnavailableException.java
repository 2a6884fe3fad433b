// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The request was executed before, but its result cannot be given back. The handler did not run
 * again, and it will not: an answer that got lost is no reason to repeat an effect. The caller's
 * transaction is untouched and usable.
 */
public final class ResultUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why there is no result. */
  public enum Reason {
    /** When the request was executed, its result had more bytes than the limit. */
    TOO_LARGE,
    /** When the request was executed, the codec refused its result. */
    NOT_ENCODABLE,
    /** The result was stored by another codec, or this one cannot decode it. */
    NOT_DECODABLE
  }

  /** Why there is no result. */
  private final Reason reason;

  ResultUnavailableException(
      String operation, Reason reason, String detail, @Nullable Throwable cause) {
    super(
        "operation \"" + operation + "\" was executed, its result is unavailable: " + detail,
        cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /**
   * Returns why there is no result.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
