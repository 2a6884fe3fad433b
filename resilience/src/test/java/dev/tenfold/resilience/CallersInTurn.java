// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Virtual time for many blocking callers. Their threads run one at a time, each until it sleeps or
 * ends, so that a run is the same every time. For calls that sleep, not for those that park.
 */
final class CallersInTurn implements TimeSource, AutoCloseable {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.<Event>comparingLong(e -> e.dueNanos).thenComparingLong(e -> e.order));
  private final List<Event> sleeping = new ArrayList<>();
  private final Semaphore director = new Semaphore(0);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile long nanos;
  private long order;

  /** Lets a caller run until it sleeps or ends. */
  void call(Runnable call) {
    threads.execute(() -> {
      try {
        call.run();
      } finally {
        director.release();
      }
    });
    director.acquireUninterruptibly();
  }

  /** Moves the clock and lets timers fire and callers wake on the way. */
  void advanceTo(long untilNanos) {
    for (Event next = events.peek();
        next != null && next.dueNanos <= untilNanos;
        next = events.peek()) {
      nanos = Math.max(nanos, next.dueNanos);
      if (next.task == null) {
        wake(next);
      } else {
        events.remove(next);
        next.task.run();
        List.copyOf(sleeping).stream().filter(e -> e.thread.isInterrupted()).forEach(this::wake);
      }
    }
    nanos = Math.max(nanos, untilNanos);
  }

  private void wake(Event sleeper) {
    events.remove(sleeper);
    sleeping.remove(sleeper);
    sleeper.turn.release();
    director.acquireUninterruptibly();
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public void sleep(long sleepNanos) throws InterruptedException {
    Event me = new Event(nanos + Math.max(0, sleepNanos), order++, null);
    events.add(me);
    sleeping.add(me);
    director.release();
    me.turn.acquireUninterruptibly();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void parkNanos(Object blocker, long parkNanos) {
    throw new UnsupportedOperationException("park of " + blocker);
  }

  @Override
  public Timer schedule(long delayNanos, Executor executor, Runnable task) {
    Event event = new Event(nanos + Math.max(0, delayNanos), order++, () -> executor.execute(task));
    events.add(event);
    return () -> events.remove(event);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** A timer, or the end of a thread's sleep. */
  private static final class Event {
    final long dueNanos;
    final long order;
    final Runnable task;
    final Thread thread = Thread.currentThread();
    final Semaphore turn = new Semaphore(0);

    Event(long dueNanos, long order, Runnable task) {
      this.dueNanos = dueNanos;
      this.order = order;
      this.task = task;
    }
  }
}
