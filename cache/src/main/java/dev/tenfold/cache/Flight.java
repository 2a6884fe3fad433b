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

/**
 * One read of one key beyond memory, shared by all callers that ask for the key while the read
 * lasts. The caller that starts the flight leads it ({@link FlightLeader}); the others wait in
 * {@link #await}. A flight ends when it lands with a value, or fails.
 */
final class Flight<V> {
  /**
   * What waiting callers get if the leader was interrupted or ran out of time: the load says
   * nothing about the key, so each of them reads the key again.
   */
  static final class LeaderGaveUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LeaderGaveUpException(@Nullable Throwable cause) {
      super("the leader of the load gave up", cause, false, false);
    }
  }

  final FlightLeader leader;
  private final CompletableFuture<@Nullable V> outcome = new CompletableFuture<>();

  /** Set if the key was invalidated during the flight: the value may be old and is not cached. */
  private volatile boolean invalidated;

  Flight(FlightLeader leader) {
    this.leader = leader;
  }

  boolean isInvalidated() {
    return invalidated;
  }

  void invalidate() {
    invalidated = true;
  }

  void land(@Nullable V value) {
    outcome.complete(value);
  }

  void fail(Throwable cause) {
    outcome.completeExceptionally(cause);
  }

  /** Returns the future that completes when the flight lands or fails. */
  CompletableFuture<@Nullable V> outcome() {
    return outcome;
  }

  /**
   * Blocks until the flight has ended, the Deadline ends or the thread is interrupted.
   *
   * @throws LeaderGaveUpException if the caller has to read the key itself
   */
  @Nullable V await(String cache, TimeSource time) {
    FlightLeader waiting = FlightLeader.current();
    if (waiting == null || outcome.isDone()) {
      return awaitOutcome(cache, time);
    }
    waiting.beginWait(leader, cache);
    try {
      return awaitOutcome(cache, time);
    } finally {
      waiting.endWait();
    }
  }

  private @Nullable V awaitOutcome(String cache, TimeSource time) {
    try {
      if (Deadline.current() != null && !outcome.isDone()) {
        parkUntilDeadline(cache, time);
      }
      return outcome.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(cache, interrupted);
    } catch (ExecutionException failed) {
      throw forCaller(cache, Objects.requireNonNull(failed.getCause(), "cause"));
    }
  }

  private void parkUntilDeadline(String cache, TimeSource time) throws InterruptedException {
    Thread waiter = Thread.currentThread();
    CompletableFuture<?> wake = outcome.whenComplete((v, e) -> LockSupport.unpark(waiter));
    long limit = Deadline.clipNanos(Long.MAX_VALUE);
    for (long left = limit; !outcome.isDone(); left = Deadline.clipNanos(Long.MAX_VALUE)) {
      if (Thread.interrupted()) {
        wake.cancel(false);
        throw new InterruptedException();
      }
      if (left <= 0) {
        wake.cancel(false);
        throw new CallTimeoutException(cache, Duration.ofNanos(limit), null);
      }
      time.parkNanos(this, left);
    }
  }

  /**
   * Returns what the waiting callers get for a failure of the leader on this thread. The leader's
   * interrupt or Deadline concerns the leader alone; every other failure is shared.
   */
  static Throwable forWaiters(Throwable failure) {
    Deadline deadline = Deadline.current();
    boolean leadersOwn =
        Thread.currentThread().isInterrupted() || (deadline != null && deadline.expired());
    return leadersOwn && failure instanceof CacheLoadException
        ? new LeaderGaveUpException(failure)
        : failure;
  }

  /** Returns a shared failure as an exception whose stack trace is the calling thread's. */
  static RuntimeException forCaller(String cache, Throwable cause) {
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
