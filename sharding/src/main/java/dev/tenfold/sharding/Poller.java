// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.TimeSource;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Polls one after the other: the next is scheduled when one has ended, or the executor refused it.
 * Nothing else stops the polls than {@link #end} and a time source that cannot schedule the next;
 * after that they {@link #resume}.
 */
final class Poller {
  private final TimeSource time;
  private final Executor executor;
  private final long periodNanos;
  private final Runnable task;
  private final WatchSignals signals;

  /** Whether a poll is scheduled, handed over or under way. */
  private final AtomicBoolean going = new AtomicBoolean();

  private volatile boolean ended;
  private volatile TimeSource.@Nullable Timer next;

  Poller(
      TimeSource time, Executor executor, long periodNanos, Runnable task, WatchSignals signals) {
    this.time = time;
    this.executor = executor;
    this.periodNanos = periodNanos;
    this.task = task;
    this.signals = signals;
  }

  /** Schedules the first poll, or throws what the time source throws. */
  void start() {
    going.set(true);
    schedule();
  }

  /** Schedules a poll if they have stopped. */
  void resume() {
    if (!going.getAndSet(true)) {
      goOn();
    }
  }

  void end() {
    ended = true;
    cancel();
  }

  boolean ended() {
    return ended;
  }

  private void goOn() {
    try {
      schedule();
    } catch (Throwable failure) {
      going.set(false);
      signals.stopped(failure);
    }
  }

  private void schedule() {
    if (!ended) {
      Poll poll = new Poll();
      next = time.schedule(periodNanos, poll, poll);
      if (ended) {
        cancel();
      }
    }
  }

  private void cancel() {
    TimeSource.Timer pending = next;
    if (pending != null) {
      pending.cancel();
    }
  }

  /**
   * One poll, and how it is handed over. It is taken once, to be run or to be given up: a pool may
   * throw an Error, as it has no thread to start, and keep the poll all the same.
   */
  private final class Poll implements Executor, Runnable {
    private final AtomicBoolean taken = new AtomicBoolean();

    /** Runs on the timer. */
    @Override
    public void execute(Runnable self) {
      if (ended) {
        return;
      }
      try {
        executor.execute(self);
      } catch (Throwable refused) {
        if (!taken.getAndSet(true)) {
          try {
            signals.postponed(refused);
          } finally {
            goOn();
          }
        }
      }
    }

    @Override
    public void run() {
      if (!taken.getAndSet(true)) {
        try {
          task.run();
        } finally {
          goOn();
        }
      }
    }
  }
}
