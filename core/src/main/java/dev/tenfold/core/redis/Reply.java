// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import dev.tenfold.core.TimeSource;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for the reply of a command. */
final class Reply {
  private Reply() {}

  /** Returns the reply; throws if there is none within the limit, or if the command failed. */
  static <T extends @Nullable Object> T await(
      CompletableFuture<T> future, long limitNanos, TimeSource time) {
    if (!future.isDone()) {
      block(future, limitNanos, time);
    }
    try {
      return future.join();
    } catch (CompletionException failed) {
      throw ReplyFailure.forCaller(Objects.requireNonNullElse(failed.getCause(), failed));
    } catch (CancellationException cancelled) {
      throw ReplyFailure.forCaller(cancelled);
    }
  }

  /** Blocks until the future is done. After the limit or an interrupt: cancels it and throws. */
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
}
