// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import io.lettuce.core.RedisException;
import java.util.Objects;

/**
 * A command got no answer because there is no connection: it was rejected while the link was
 * disconnected, the connection broke while the answer was awaited, or the link was closed. A reply
 * that is merely late is a {@link io.lettuce.core.RedisCommandTimeoutException} instead.
 */
public final class RedisUnavailableException extends RedisException {
  private static final long serialVersionUID = 1L;

  /** False only if the command certainly never left this process. */
  private final boolean mayHaveRun;

  RedisUnavailableException(String message, boolean mayHaveRun, Throwable cause) {
    super(message, Objects.requireNonNull(cause, "cause"));
    this.mayHaveRun = mayHaveRun;
  }

  /**
   * Says whether the server may have executed the command. The answer errs on the side of true.
   *
   * @return false only if the command certainly never left this process
   */
  public boolean mayHaveRun() {
    return mayHaveRun;
  }
}
