// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.TimeSource;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task periodically, one poll at a time: the next poll is scheduled when the poll before has
 * ended, or the executor has refused it. The polls stop at {@link #stop}, and when the time source
 * cannot schedule the next poll; {@link #resume} starts them again after the latter.
 */
final class Poller {
  private final TimeSource time;
  private final @Nullable Executor executor;
  private final long periodNanos;
  private final Runnable task;
  private final WatchMetrics metrics;

  /** Whether a poll is scheduled, handed over or running. */
  private final AtomicBoolean polling = new AtomicBoolean();

  private volatile boolean stopped;
  private volatile TimeSource.@Nullable Timer timer;

  /**
   * Creates a poller that does not poll yet.
   *
   * @param executor runs the polls; null: the hand-over of the time source
   */
  Poller(
      TimeSource time,
      @Nullable Executor executor,
      long periodNanos,
      Runnable task,
      WatchMetrics metrics) {
    this.time = time;
    this.executor = executor;
    this.periodNanos = periodNanos;
    this.task = task;
    this.metrics = metrics;
  }

  /** Schedules the first poll, or throws what the time source throws. */
  void start() {
    polling.set(true);
    schedule();
  }

  /** Schedules a poll if no poll is scheduled, handed over or running. */
  void resume() {
    if (!polling.getAndSet(true)) {
      scheduleNext();
    }
  }

  void stop() {
    stopped = true;
    cancelTimer();
  }

  boolean stopped() {
    return stopped;
  }

  private void scheduleNext() {
    try {
      schedule();
    } catch (Throwable failure) {
      polling.set(false);
      metrics.schedulingFailed(failure);
    }
  }

  private void schedule() {
    if (!stopped) {
      Poll poll = new Poll();
      timer = time.schedule(periodNanos, poll, poll);
      if (stopped) {
        cancelTimer();
      }
    }
  }

  private void cancelTimer() {
    TimeSource.Timer pending = timer;
    if (pending != null) {
      pending.cancel();
    }
  }

  /**
   * One poll, and its hand-over to the executor. The thread that claims the poll, once, runs it or
   * gives it up: a pool without a thread to start can throw an Error and run the task later all the
   * same.
   */
  private final class Poll implements Executor, Runnable {
    private final AtomicBoolean claimed = new AtomicBoolean();

    /** Runs on the timer, which calls no executor of a user: that may block. */
    @Override
    public void execute(Runnable self) {
      Executor users = executor;
      if (!stopped) {
        handOver(time.handOver(), users == null ? self : () -> handOver(users, self));
      }
    }

    private void handOver(Executor to, Runnable next) {
      try {
        to.execute(next);
      } catch (Throwable refusal) {
        if (!claimed.getAndSet(true)) {
          try {
            metrics.pollRefused(refusal);
          } finally {
            scheduleNext();
          }
        }
      }
    }

    @Override
    public void run() {
      if (!claimed.getAndSet(true)) {
        try {
          task.run();
        } finally {
          scheduleNext();
        }
      }
    }
  }
}
