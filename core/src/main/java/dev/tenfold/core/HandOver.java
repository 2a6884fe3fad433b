// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The executor to which the timer hands user code over. Unlike the common pool, other code of the
 * process cannot block it. {@link TimeSource#handOver} returns it.
 *
 * <pre>{@code
 * time.schedule(nanos, Runnable::run, () -> {              // on the timer thread: own state, at once
 *   if (state.compareAndSet(PENDING, TIMED_OUT)) {
 *     time.handOver().execute(() -> listener.timedOut());  // user code: on another thread
 *   }
 * });
 *
 * telemetry.gauge("handover.queued", Tags.none(), HandOver.shared()::queued);
 * }</pre>
 *
 * <p>On Java 21 or later each task runs on a virtual thread of its own. On earlier versions tasks
 * run on daemon threads of an elastic pool: a task takes an idle thread, else a new one, up to
 * {@link #MAX_THREADS}. A thread that was idle for 10 s ends. Threads inherit neither the context
 * class loader nor the thread-locals of the calling thread.
 *
 * <p><b>Guarantees.</b> {@code execute} never blocks and never runs the task on the calling thread.
 * No accepted task is lost. If {@link #MAX_THREADS} tasks block, further tasks wait in a queue of
 * at most {@link #MAX_QUEUED}. If the queue is full, or if the system cannot start a thread, a task
 * waits in the table of the timer and is tried again every 10 ms. {@link #late} counts these tasks.
 *
 * <p><b>No guarantees.</b> Tasks run in no order. Tasks that block all {@link #MAX_THREADS} threads
 * delay all others; virtual threads are delayed by code that pins or keeps busy every carrier. For
 * that reason only user code is handed over.
 *
 * <p>Thread-safe. A task costs the start or the wake-up of a thread, and what that allocates.
 */
public final class HandOver implements Executor {

  /**
   * The maximum number of threads of the elastic pool, on Java versions without virtual threads.
   */
  public static final int MAX_THREADS = 256;

  /** The maximum number of tasks in the queue of the elastic pool. */
  public static final int MAX_QUEUED = 65_536;

  private static final long RETRY_NANOS = 10_000_000;
  private static final long IDLE_NANOS = 10_000_000_000L;
  private static final HandOver SHARED = shared(virtualThreads());

  private final Executor threads;
  private final @Nullable ThreadPoolExecutor pool;
  private final int maxQueued;
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicLong late = new AtomicLong();

  private HandOver(ThreadFactory factory) {
    this.threads = task -> factory.newThread(task).start();
    this.pool = null;
    this.maxQueued = 0;
  }

  private HandOver(ThreadFactory factory, int maxThreads, int maxQueued, long idleNanos) {
    this.pool =
        new ThreadPoolExecutor(
            0, maxThreads, idleNanos, TimeUnit.NANOSECONDS, new IdleFirst(), factory, this::queue);
    this.threads = pool;
    this.maxQueued = maxQueued;
  }

  private static HandOver shared(@Nullable ThreadFactory virtual) {
    return virtual == null
        ? pooled(HandOver::newThread, MAX_THREADS, MAX_QUEUED, IDLE_NANOS)
        : each(virtual);
  }

  /** Returns an executor that starts a thread per task. */
  static HandOver each(ThreadFactory factory) {
    return new HandOver(factory);
  }

  /** Returns an executor with an elastic pool. */
  static HandOver pooled(ThreadFactory factory, int maxThreads, int maxQueued, long idleNanos) {
    return new HandOver(factory, maxThreads, maxQueued, idleNanos);
  }

  /** Returns the factory of virtual threads, or null before Java 21. */
  static @Nullable ThreadFactory virtualThreads() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> type = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object builder =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(type)).invoke();
      var named = MethodType.methodType(type, String.class, long.class);
      builder = lookup.findVirtual(type, "name", named).invoke(builder, "tenfold-handover-", 0L);
      var inheriting = MethodType.methodType(type, boolean.class);
      builder =
          lookup
              .findVirtual(type, "inheritInheritableThreadLocals", inheriting)
              .invoke(builder, false);
      var made = MethodType.methodType(ThreadFactory.class);
      return (ThreadFactory) lookup.findVirtual(type, "factory", made).invoke(builder);
    } catch (Throwable none) { // Java 17, or 19 and 20 without their preview
      return null;
    }
  }

  static Thread newThread(Runnable work) {
    return SystemTimer.newThread("tenfold-handover", work);
  }

  /**
   * Returns the executor of the process. It starts threads when it gets tasks.
   *
   * @return the executor that {@link TimeSource#handOver} returns by default
   */
  public static HandOver shared() {
    return SHARED;
  }

  /**
   * Runs a task on another thread, soon.
   *
   * @throws RejectedExecutionException if there is no thread, and no place in the queue and in the
   *     table of the timer
   */
  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    try {
      threads.execute(task);
    } catch (Throwable noThread) { // the system cannot start a thread
      late.getAndIncrement();
      retryLater(task);
    }
  }

  /** Queues a task of the elastic pool if all of its threads are busy. */
  private void queue(Runnable task, ThreadPoolExecutor full) {
    late.getAndIncrement();
    if (queued.getAndIncrement() >= maxQueued) {
      queued.getAndDecrement();
      retryLater(task);
      return;
    }
    full.getQueue()
        .add(() -> {
          queued.getAndDecrement();
          task.run();
        });
    if (full.getPoolSize() == 0) { // all threads have ended meanwhile
      full.execute(() -> {});
    }
  }

  private void retryLater(Runnable task) {
    long due = System.nanoTime() + RETRY_NANOS;
    SystemTimer.INSTANCE.add(new TimerSlots.Entry(due, Runnable::run, () -> execute(task)) {});
  }

  /**
   * Returns the number of tasks in the queue of the elastic pool.
   *
   * @return 0 to {@link #MAX_QUEUED}; 0 with virtual threads
   */
  public int queued() {
    return queued.get();
  }

  /**
   * Returns the number of threads of the elastic pool, idle ones included.
   *
   * @return 0 to {@link #MAX_THREADS}; 0 with virtual threads
   */
  public int threads() {
    return pool == null ? 0 : pool.getPoolSize();
  }

  /**
   * Returns the number of times that a task had to wait because there was no thread for it.
   *
   * @return the count so far
   */
  public long late() {
    return late.get();
  }

  @Override
  public String toString() {
    return pool == null
        ? "HandOver[virtual threads]"
        : "HandOver[" + threads() + " threads, " + queued() + " queued]";
  }

  /** A queue that accepts a task only if a thread waits for one: else the pool starts a thread. */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }
  }
}
