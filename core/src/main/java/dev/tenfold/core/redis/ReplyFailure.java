// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisReadOnlyException;
import java.util.concurrent.CancellationException;

/** Translates the failure of a command into the exception that the caller of a link gets. */
final class ReplyFailure {
  private ReplyFailure() {}

  /**
   * Returns the exception for the caller. A reply that is an error becomes a new exception of the
   * same type, because the stack trace of the original is that of an event loop.
   */
  static RuntimeException forCaller(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RedisCommandExecutionException reply) {
      return renewed(reply);
    }
    if (failure instanceof RedisCommandTimeoutException) {
      return new RedisCommandTimeoutException(failure);
    }
    if (failure instanceof RuntimeException own
        && !(failure instanceof RedisException)
        && !(failure instanceof CancellationException)) {
      return own;
    }
    return new RedisUnavailableException(
        "no reply from Redis: " + failure.getMessage(), mayHaveRun(failure), failure);
  }

  private static RuntimeException renewed(RedisCommandExecutionException reply) {
    String message = String.valueOf(reply.getMessage());
    if (reply instanceof RedisNoScriptException) {
      return new RedisNoScriptException(message, reply);
    }
    if (reply instanceof RedisBusyException) {
      return new RedisBusyException(message, reply);
    }
    if (reply instanceof RedisLoadingException) {
      return new RedisLoadingException(message, reply);
    }
    if (reply instanceof RedisReadOnlyException) {
      return new RedisReadOnlyException(message, reply);
    }
    return new RedisCommandExecutionException(message, reply);
  }

  /**
   * Returns false for a command that was certainly not sent. Lettuce has no exception type for it,
   * only texts. An unknown text, of a later version, counts as sent, which is the safe side.
   */
  private static boolean mayHaveRun(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    boolean neverSent =
        failure.getClass() == RedisException.class
            && (message.startsWith("Currently not connected.")
                || message.startsWith("Connection is closed")
                || message.startsWith("Request queue size exceeded"));
    return !neverSent;
  }
}
