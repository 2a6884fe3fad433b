// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.CallInterruptedException;
import dev.tenfold.resilience.CallTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One fetch of one key, shared by everybody who asks for the key while it lasts. */
final class Flight<V> {
  /** The leader gave up for a reason of its own; whoever waits shall try itself. */
  static final class LeaderGaveUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LeaderGaveUpException(@Nullable Throwable cause) {
      super("abandoned", cause, false, false);
    }
  }

  final Leader leader;
  private final CompletableFuture<@Nullable V> ending = new CompletableFuture<>();

  /** Set by an invalidation: what this flight fetched may be old and is kept nowhere. */
  private volatile boolean dead;

  Flight(Leader leader) {
    this.leader = leader;
  }

  boolean isDead() {
    return dead;
  }

  void kill() {
    dead = true;
  }

  boolean landed() {
    return ending.isDone();
  }

  void land(@Nullable V value) {
    ending.complete(value);
  }

  void fail(Throwable cause) {
    ending.completeExceptionally(cause);
  }

  CompletableFuture<@Nullable V> ending() {
    return ending;
  }

  /**
   * Blocks until the flight has landed, the Deadline ends or the thread is interrupted.
   *
   * @throws LeaderGaveUpException if the caller should fetch the key itself
   */
  @Nullable V await(String cache, TimeSource time) {
    Leader me = Leader.current();
    if (me == null || ending.isDone()) {
      return awaitEnding(cache, time);
    }
    me.beginWait(leader, cache);
    try {
      return awaitEnding(cache, time);
    } finally {
      me.endWait();
    }
  }

  private @Nullable V awaitEnding(String cache, TimeSource time) {
    try {
      if (Deadline.current() != null && !ending.isDone()) {
        park(cache, time);
      }
      return ending.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(cache, interrupted);
    } catch (ExecutionException failed) {
      throw own(cache, Objects.requireNonNull(failed.getCause(), "cause"));
    }
  }

  private void park(String cache, TimeSource time) throws InterruptedException {
    Thread waiter = Thread.currentThread();
    CompletableFuture<?> wake = ending.whenComplete((v, e) -> LockSupport.unpark(waiter));
    long given = Deadline.clipNanos(Long.MAX_VALUE);
    for (long left = given; !ending.isDone(); left = Deadline.clipNanos(Long.MAX_VALUE)) {
      if (Thread.interrupted()) {
        wake.cancel(false);
        throw new InterruptedException();
      }
      if (left <= 0) {
        wake.cancel(false);
        throw new CallTimeoutException(cache, Duration.ofNanos(given), null);
      }
      time.parkNanos(this, left);
    }
  }

  /** Gives everybody an exception with a stack trace of their own. */
  static RuntimeException own(String cache, Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof CacheLoadException && cause.getCause() != null) {
      return new CacheLoadException(cache, cause.getCause());
    }
    return cause instanceof RuntimeException unchecked
        ? unchecked
        : new CacheLoadException(cache, cause);
  }
}
