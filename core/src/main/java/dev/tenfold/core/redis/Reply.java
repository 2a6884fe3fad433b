// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import dev.tenfold.core.TimeSource;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisReadOnlyException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for a reply and says in one vocabulary why there is none. */
final class Reply {
  private Reply() {}

  static <T extends @Nullable Object> T await(
      CompletableFuture<T> future, long limitNanos, TimeSource time) {
    if (!future.isDone()) {
      block(future, limitNanos, time);
    }
    try {
      return future.join();
    } catch (CompletionException failed) {
      throw unchecked(Objects.requireNonNullElse(failed.getCause(), failed));
    } catch (CancellationException cancelled) {
      throw unchecked(cancelled);
    }
  }

  /**
   * Returns when the future is done; cancels it and throws if the limit or an interrupt is first.
   */
  private static void block(CompletableFuture<?> future, long limitNanos, TimeSource time) {
    Thread waiter = Thread.currentThread();
    var unused = future.whenComplete((value, error) -> LockSupport.unpark(waiter));
    long until = time.nanoTime() + limitNanos;
    for (long left = limitNanos; !future.isDone(); left = until - time.nanoTime()) {
      if (Thread.interrupted()) {
        future.cancel(true);
        waiter.interrupt();
        throw new RedisCommandInterruptedException(new InterruptedException());
      }
      if (left <= 0) {
        if (future.cancel(true)) {
          throw new RedisCommandTimeoutException(
              "no reply within " + Duration.ofNanos(Math.max(0, limitNanos)));
        }
        return;
      }
      time.parkNanos(future, left);
    }
  }

  /**
   * Turns what a command failed with into what the caller gets. A reply that is an error is made
   * anew, of the same type, because the original's stack trace is that of an event loop.
   */
  static RuntimeException unchecked(Throwable failure) {
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
        "Redis gave no answer: " + failure.getMessage(), mayHaveRun(failure), failure);
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
   * Lettuce has no type for a command it refused to send, only a text. A text this does not know,
   * of a later version, counts as sent: the safe side.
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
