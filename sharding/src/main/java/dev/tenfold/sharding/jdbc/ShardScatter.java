// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.CallInterruptedException;
import dev.tenfold.resilience.CallTimeoutException;
import dev.tenfold.sharding.ShardId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs work on several shards at the same time. Up to {@code maxParallel} tasks of the executor
 * take one shard after the other. The caller waits; what is not done when its Deadline ends, or
 * when it is interrupted, is not begun any more, and a late result is dropped.
 */
final class ShardScatter {
  private final @Nullable Executor executor;
  private final int maxParallel;
  private final TimeSource time;

  ShardScatter(@Nullable Executor executor, int maxParallel, TimeSource time) {
    this.executor = executor;
    this.maxParallel = maxParallel;
    this.time = time;
  }

  /** The work on one shard. */
  interface Task<T extends @Nullable Object> {
    T run(ShardId shard) throws Exception;
  }

  <T extends @Nullable Object> ShardOutcomes<T> run(List<ShardId> shards, Task<T> task) {
    if (executor == null) {
      throw new IllegalStateException(
          "scatter needs an executor: ShardedDataSource.builder(...).scatter(executor, n)");
    }
    Call<T> call = new Call<>(shards, task, Thread.currentThread());
    Runnable runner = Ambient.capture().wrap(call);
    int runners = Math.min(maxParallel, shards.size());
    for (int i = 0; i < runners; i++) {
      try {
        call.began();
        executor.execute(runner);
      } catch (RejectedExecutionException full) {
        call.rejected(full);
        break; // those that run take the other shards
      } catch (RuntimeException | Error failed) {
        call.over = true; // no shard is begun any more
        throw failed;
      }
    }
    return call.await(time);
  }

  /** One call of scatter. */
  private static final class Call<T extends @Nullable Object> implements Runnable {
    private final List<ShardId> shards;
    private final Task<T> task;
    private final Thread caller;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final Map<ShardId, Outcome<T>> outcomes = new ConcurrentHashMap<>();
    private volatile @Nullable Error error;
    private volatile @Nullable RejectedExecutionException rejected;
    private volatile boolean over;

    Call(List<ShardId> shards, Task<T> task, Thread caller) {
      this.shards = shards;
      this.task = task;
      this.caller = caller;
    }

    void began() {
      running.incrementAndGet();
    }

    void rejected(RejectedExecutionException full) {
      running.decrementAndGet();
      rejected = full;
    }

    @Override
    public void run() {
      try {
        int index = next.getAndIncrement();
        while (index < shards.size() && !over) {
          ShardId shard = shards.get(index);
          outcomes.put(shard, outcome(shard));
          index = next.getAndIncrement();
        }
      } catch (Error fatal) {
        error = fatal;
      } finally {
        running.decrementAndGet();
        LockSupport.unpark(caller);
      }
    }

    private Outcome<T> outcome(ShardId shard) {
      try {
        return new Outcome.Success<>(task.run(shard));
      } catch (Exception failure) {
        return new Outcome.Failure<>(failure);
      }
    }

    ShardOutcomes<T> await(TimeSource time) {
      Deadline deadline = Deadline.current();
      long began = time.nanoTime();
      boolean interrupted = false;
      while (running.get() > 0 && !interrupted) {
        long left = deadline == null ? Long.MAX_VALUE : deadline.remainingNanos();
        if (left <= 0) {
          break;
        }
        time.parkNanos(this, left);
        interrupted = caller.isInterrupted();
      }
      over = true;
      Error fatal = error;
      if (fatal != null) {
        throw fatal;
      }
      Duration waited = Duration.ofNanos(time.nanoTime() - began);
      Map<ShardId, Outcome<T>> all = new HashMap<>(outcomes);
      for (ShardId shard : shards) {
        all.putIfAbsent(shard, new Outcome.Failure<>(unfinished(shard, interrupted, waited)));
      }
      return new ShardOutcomes<>(all);
    }

    private Exception unfinished(ShardId shard, boolean interrupted, Duration waited) {
      String what = "scatter on shard " + shard;
      RejectedExecutionException full = rejected;
      if (interrupted) {
        return new CallInterruptedException(what, null);
      }
      return full == null || running.get() > 0
          ? new CallTimeoutException(what, waited, full)
          : full;
    }
  }
}
