// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.TimeSource;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the thread for each step of one asynchronous call. The pipeline's own work runs at once,
 * on the timer or on the thread that releases a permit. User code never runs there: it is handed
 * over, with the ambient context of the caller. Gate exits and retry decisions that run user code
 * are handed over as one sequence. Code that can block (a supplier, dependent stages, the
 * cancellation of a stage) is started in the same order, each on a thread of its own, so that it
 * delays only itself.
 *
 * <p>The parameter {@code free} says whether user code may run on the calling thread. The thread of
 * the caller is free, so is the thread that completes the stage, and each thread started here.
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
   * @param executor runs what follows a wait; if null, the hand-over of the time source does
   */
  AsyncHandoff(
      TimeSource time, @Nullable Executor executor, UserCodeFaults faults, Ambient ambient) {
    this.time = time;
    this.executor = executor;
    this.faults = faults;
    this.ambient = ambient;
  }

  /** Whether user code may run on this thread now: the thread is free, and no task waits. */
  boolean here(boolean free) {
    Tasks handedOver = tasks.get();
    return free && (handedOver == null || handedOver.isIdle());
  }

  /** Runs user code that must not block (an exit, a decision), on this thread or in sequence. */
  void run(boolean free, Runnable userCode) {
    if (here(free)) {
      userCode.run();
    } else {
      tasks().add(ambient.wrap(userCode));
    }
  }

  /** Cancels a stage, on this thread or on a thread of the hand-over. */
  void start(boolean free, Runnable userCode) {
    if (here(free)) {
      userCode.run();
    } else {
      Once task = new Once(ambient.wrap(userCode));
      tasks().add(() -> tasks().start(task));
    }
  }

  /**
   * Runs what follows a wait (an attempt, the completion of the future), here or by the executor.
   */
  void follow(boolean free, Runnable userCode) {
    if (here(free)) {
      userCode.run();
    } else {
      Executor users = executor;
      Once task = new Once(ambient.wrap(userCode));
      tasks().add(() -> tasks().start(users == null ? task : () -> runBy(users, task)));
    }
  }

  /**
   * Gives the task to the executor, which may block. Runs the task on this thread, which the
   * hand-over has started for it, if the executor refuses.
   */
  private static void runBy(Executor executor, Once task) {
    try {
      executor.execute(task);
    } catch (Throwable refusal) {
      task.run();
    }
  }

  /** Runs the pipeline's own work on the thread of another call, with this call's context. */
  void onForeignThread(Runnable task) {
    ambient.run(() -> UserCodeThread.leadAnotherCall(task));
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
   * Schedules the task on the timer.
   *
   * @param task runs no user code
   * @param refused receives what the clock or the timer throws
   */
  TimeSource.Timer after(long nanos, Runnable task, Consumer<Throwable> refused) {
    try {
      return time.scheduleAt(time.nanoTime() + nanos, Runnable::run, ambient.wrap(task));
    } catch (Throwable byTimer) {
      refused.accept(new GateFailure(byTimer));
      return () -> false;
    }
  }

  /**
   * Schedules the task on the timer, at a time of the clock.
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

  /**
   * The sequence of tasks that were handed over. The first task of an empty sequence starts a
   * thread.
   */
  private final class Tasks {
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger(); // waiting or running
    private volatile boolean submitting;

    /** Whether no task waits or runs, except one that starts another thread, perhaps this one. */
    boolean isIdle() {
      int present = count.get();
      return present == 0 || (present == 1 && submitting);
    }

    void add(Runnable task) {
      waiting.add(task);
      if (count.getAndIncrement() == 0) {
        Once once = new Once(this::runAll);
        try {
          time.handOver().execute(once);
        } catch (Throwable refused) { // by a broken time source, or out of memory
          faults.report("handOver", refused);
          once.run();
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

    /** Starts the task on a thread of its own. Runs it here if there is none. */
    void start(Runnable task) {
      Once once = new Once(task);
      submitting = true;
      try {
        time.handOver().execute(once);
      } catch (Throwable refused) { // by a broken time source, or out of memory
        faults.report("handOver", refused);
        once.run();
      } finally {
        submitting = false;
      }
    }
  }
}
