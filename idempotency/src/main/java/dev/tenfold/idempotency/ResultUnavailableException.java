// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The request was executed before, but its result cannot be returned.
 *
 * <p><b>Guarantees.</b> The handler did not run again, and does not run again within the retention:
 * a lost result is no reason to repeat an effect. The caller's transaction is unchanged and usable.
 *
 * <p><b>No guarantees.</b> A later call may succeed only if {@link #reason} is {@link
 * Reason#NOT_DECODABLE} and the codec can decode the result by then.
 */
public final class ResultUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The reason why there is no result. */
  public enum Reason {
    /** The result had more bytes than the limit when the request was executed. */
    TOO_LARGE,
    /** The codec could not encode the result when the request was executed. */
    NOT_ENCODABLE,
    /** Another codec stored the result, or the codec cannot decode it. */
    NOT_DECODABLE
  }

  /** The reason why there is no result. */
  private final Reason reason;

  ResultUnavailableException(
      String operation, Reason reason, String detail, @Nullable Throwable cause) {
    super(
        "operation \"" + operation + "\" was executed, but its result is unavailable: " + detail,
        cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /**
   * Returns the reason why there is no result.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
