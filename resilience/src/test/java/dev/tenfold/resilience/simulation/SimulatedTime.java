// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.core.TimeSource;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * The clock of one simulated world, for one thread. Sleeping and parking let the others act and
 * then pass in pieces; timers may fire late, and the readings may overflow, as those of a machine
 * may.
 */
final class SimulatedTime implements TimeSource {
  private final RandomGenerator dice;
  private final Runnable others;
  private final Executor handOver;
  private final PriorityQueue<Entry> due =
      new PriorityQueue<>((a, b) ->
          a.dueNanos == b.dueNanos
              ? Long.compare(a.order, b.order)
              : Long.signum(a.dueNanos - b.dueNanos));
  private long nanos;
  private long order;
  private int firing;
  private boolean onTimer;

  SimulatedTime(RandomGenerator dice, long startNanos, Runnable others, Executor handOver) {
    this.handOver = handOver;
    this.dice = dice;
    this.others = others;
    this.nanos = startNanos;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  /** Whether a timer is in the act. */
  boolean firing() {
    return firing > 0;
  }

  int pending() {
    return due.size();
  }

  void advance(long byNanos) {
    long until = nanos + byNanos;
    boolean late = dice.nextInt(6) == 0;
    for (Entry next = due.peek(); next != null && next.dueNanos - until <= 0; next = due.peek()) {
      due.remove();
      next.pending = false;
      moveTo(late ? until : next.dueNanos);
      boolean before = onTimer;
      onTimer = true;
      firing++;
      try {
        next.executor.execute(next.task);
      } finally {
        firing--;
        onTimer = before;
      }
    }
    moveTo(until);
  }

  /** What an entry did may have moved the clock further already. */
  private void moveTo(long then) {
    if (then - nanos > 0) {
      nanos = then;
    }
  }

  @Override
  public void sleep(long sleepNanos) throws InterruptedException {
    long until = nanos + Math.max(0, sleepNanos);
    while (until - nanos > 0 && !Thread.currentThread().isInterrupted()) {
      pass(until - nanos);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("by the world");
    }
  }

  @Override
  public void parkNanos(Object blocker, long parkNanos) {
    if (parkNanos > 0 && !Thread.currentThread().isInterrupted() && dice.nextInt(8) > 0) {
      pass(parkNanos);
    }
  }

  private void pass(long most) {
    others.run();
    advance(dice.nextBoolean() ? most : 1 + dice.nextLong(most));
  }

  @Override
  public Timer schedule(long delayNanos, Executor executor, Runnable task) {
    Entry entry = new Entry(nanos + Math.max(0, delayNanos), order++, executor, task);
    due.add(entry);
    return entry;
  }

  @Override
  public Executor handOver() {
    return task -> {
      boolean before = onTimer;
      onTimer = false;
      try {
        handOver.execute(task);
      } finally {
        onTimer = before;
      }
    };
  }

  @Override
  public boolean onTimer() {
    return onTimer;
  }

  private final class Entry implements Timer {
    final long dueNanos;
    final long order;
    final Executor executor;
    final Runnable task;
    boolean pending = true;

    Entry(long dueNanos, long order, Executor executor, Runnable task) {
      this.dueNanos = dueNanos;
      this.order = order;
      this.executor = executor;
      this.task = task;
    }

    @Override
    public boolean cancel() {
      boolean prevented = pending;
      pending = false;
      if (prevented) {
        due.remove(this);
      }
      return prevented;
    }
  }
}
