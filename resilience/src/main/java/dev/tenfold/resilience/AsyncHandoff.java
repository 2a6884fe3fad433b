// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.TimeSource;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one asynchronous call changes threads. What is the pipeline's own happens where it falls due,
 * on the timer or on a thread that releases a permit. User code does not: it is handed over, with
 * the context of the caller. Exits of gates and decisions run in order, one at a time; whatever can
 * block (a supplier, dependent stages, the cancellation of a stage) is started in the same order on
 * a thread of its own, so that it delays nothing but itself.
 *
 * <p>Methods take {@code free}: whether user code may run on the calling thread. A thread is free
 * if it is the caller's, the stage's, or if it was started here.
 */
final class AsyncHandoff {
  private final TimeSource time;
  private final @Nullable Executor executor;
  private final UserCodeFaults faults;
  private final Ambient ambient;
  private final AtomicReference<@Nullable Tasks> tasks = new AtomicReference<>();

  /**
   * Creates the hand-over of one call.
   *
   * @param executor runs what follows a wait; null: the hand-over of the time source
   */
  AsyncHandoff(
      TimeSource time, @Nullable Executor executor, UserCodeFaults faults, Ambient ambient) {
    this.time = time;
    this.executor = executor;
    this.faults = faults;
    this.ambient = ambient;
  }

  /** Whether user code may run here and now: the thread is free, and none waits for its turn. */
  boolean here(boolean free) {
    Tasks handedOver = tasks.get();
    return free && (handedOver == null || handedOver.isIdle());
  }

  /** Runs user code that does not block, here or in order: exits and decisions. */
  void run(boolean free, Runnable userCode) {
    if (here(free)) {
      userCode.run();
    } else {
      tasks().add(ambient.wrap(userCode));
    }
  }

  /** Runs user code, here or on a thread of the hand-over: the cancellation of a stage. */
  void start(boolean free, Runnable userCode) {
    submit(free, userCode, time.handOver());
  }

  /** Runs what follows a wait, here or by the executor: a later attempt, what tells the caller. */
  void follow(boolean free, Runnable userCode) {
    submit(free, userCode, executor == null ? time.handOver() : executor);
  }

  private void submit(boolean free, Runnable userCode, Executor to) {
    if (here(free)) {
      userCode.run();
    } else {
      Once once = new Once(ambient.wrap(userCode));
      tasks().add(() -> tasks().submit(once, to));
    }
  }

  /** Runs what is the pipeline's own on the thread of another call. */
  void onForeignThread(Runnable task) {
    ambient.wrap(task).run();
  }

  private Tasks tasks() {
    Tasks present = tasks.get();
    if (present == null) {
      tasks.compareAndSet(null, new Tasks());
      present = tasks.get();
    }
    return Objects.requireNonNull(present);
  }

  /**
   * Runs the task on the timer, later.
   *
   * @param task runs no user code
   * @param refused takes what the timer throws
   */
  TimeSource.Timer after(long nanos, Runnable task, Consumer<Throwable> refused) {
    try {
      return at(time.nanoTime() + nanos, task);
    } catch (GateFailure byTimer) {
      refused.accept(byTimer.thrown());
      return () -> false;
    }
  }

  /**
   * Runs the task on the timer when the clock stands there.
   *
   * @param task runs no user code
   * @throws GateFailure if the timer refuses
   */
  TimeSource.Timer at(long dueNanos, Runnable task) {
    try {
      return time.scheduleAt(dueNanos, Runnable::run, ambient.wrap(task));
    } catch (Throwable refusal) {
      throw new GateFailure(refusal);
    }
  }

  /** The user code that was handed over. Whoever adds to none starts to run them. */
  private final class Tasks {
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger(); // waiting or running
    private volatile boolean submitting;

    /** Whether nothing is here but what starts another thread, perhaps the calling one. */
    boolean isIdle() {
      int present = count.get();
      return present == 0 || (present == 1 && submitting);
    }

    void add(Runnable task) {
      waiting.add(task);
      if (count.getAndIncrement() == 0) {
        try {
          time.handOver().execute(this::runAll);
        } catch (Throwable refused) { // a time source that breaks its promise, or memory is gone
          faults.report("handOver", refused);
          runAll();
        }
      }
    }

    private void runAll() {
      do {
        try {
          waiting.remove().run();
        } catch (Throwable fault) {
          faults.report("handOver", fault);
        }
      } while (count.decrementAndGet() > 0);
    }

    /** Gives a task to an executor, or runs it if that refuses. */
    void submit(Once task, Executor to) {
      submitting = true;
      try {
        to.execute(task);
      } catch (Throwable refusal) {
        task.run();
      } finally {
        submitting = false;
      }
    }
  }

  /** A pool may throw an Error, as it has no thread to start, and keep the task all the same. */
  private static final class Once implements Runnable {
    private final Runnable task;
    private final AtomicBoolean taken = new AtomicBoolean();

    Once(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (!taken.getAndSet(true)) {
        task.run();
      }
    }
  }
}
