// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import io.lettuce.core.RedisException;
import java.util.Objects;

/**
 * A command got no reply because there is no connection: the command was rejected while the link
 * was disconnected, the connection broke before the reply, or the link was closed. A late reply is
 * a {@link io.lettuce.core.RedisCommandTimeoutException} instead.
 *
 * <p><b>Guarantees.</b> If {@link #mayHaveRun} is false, the server did not and does not run the
 * command.
 *
 * <p><b>No guarantees.</b> If {@link #mayHaveRun} is true, the command may have run or not.
 */
public final class RedisUnavailableException extends RedisException {
  private static final long serialVersionUID = 1L;

  /** False only if the command was certainly never sent. */
  private final boolean mayHaveRun;

  RedisUnavailableException(String message, boolean mayHaveRun, Throwable cause) {
    super(message, Objects.requireNonNull(cause, "cause"));
    this.mayHaveRun = mayHaveRun;
  }

  /**
   * Returns whether the server may have run the command. In doubt the answer is true.
   *
   * @return false only if the command was certainly never sent
   */
  public boolean mayHaveRun() {
    return mayHaveRun;
  }
}
