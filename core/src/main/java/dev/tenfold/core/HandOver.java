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
 * The executor to which the timer hands user code over: a pool that strangers cannot block, unlike
 * the common pool. {@link TimeSource#handOver} is the way to it.
 *
 * <pre>{@code
 * time.schedule(nanos, Runnable::run, () -> {              // on the timer: what is ours, at once
 *   if (state.compareAndSet(PENDING, TIMED_OUT)) {
 *     time.handOver().execute(() -> listener.timedOut());  // user code: elsewhere
 *   }
 * });
 *
 * telemetry.gauge("handover.queued", Tags.none(), HandOver.shared()::queued);
 * }</pre>
 *
 * <p>Where the JVM has virtual threads (Java 21), each task has one. Elsewhere tasks run on daemon
 * threads of an elastic pool: a task takes an idle thread, or else a new one, up to {@link
 * #MAX_THREADS}; a thread that was idle for ten seconds ends. Threads take over neither the context
 * class loader nor thread-locals of the thread that hands over.
 *
 * <p><b>Guarantees.</b> {@code execute} never blocks and never runs the task on the calling thread.
 * No accepted task is lost. While {@link #MAX_THREADS} tasks block, further ones wait in a queue of
 * {@link #MAX_QUEUED}; beyond that, or while the system has no thread to give, a task waits in the
 * table of the timer and is tried again every 10 ms. Each such task is counted in {@link #late}.
 *
 * <p><b>No guarantees.</b> Tasks run in no order. Tasks that block all {@link #MAX_THREADS} threads
 * delay all others; virtual threads are delayed by code that pins or keeps busy every carrier. That
 * is why nothing but user code is handed over.
 *
 * <p>Thread-safe. Costs a thread start or a wake-up per task, and allocates accordingly.
 */
public final class HandOver implements Executor {

  /** The most threads of the elastic pool, where there are no virtual threads. */
  public static final int MAX_THREADS = 256;

  /** The most tasks that wait for a thread of the elastic pool in its queue. */
  public static final int MAX_QUEUED = 65_536;

  private static final long AGAIN_NANOS = 10_000_000;
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

  /** Returns what makes virtual threads, or null before Java 21. */
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
   * Returns the executor of the process. Its threads are started as tasks come.
   *
   * @return the one that {@link TimeSource#handOver} returns unless a source has its own
   */
  public static HandOver shared() {
    return SHARED;
  }

  /**
   * Runs the task on a thread of its own, soon.
   *
   * @throws RejectedExecutionException if there is neither a thread nor a place to wait, not even
   *     in the table of the timer
   */
  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    try {
      threads.execute(task);
    } catch (Throwable noThread) { // of the system, for want of threads or memory
      late.getAndIncrement();
      tryAgain(task);
    }
  }

  /** All threads are busy. */
  private void queue(Runnable task, ThreadPoolExecutor full) {
    late.getAndIncrement();
    if (queued.getAndIncrement() >= maxQueued) {
      queued.getAndDecrement();
      tryAgain(task);
      return;
    }
    full.getQueue()
        .add(() -> {
          queued.getAndDecrement();
          task.run();
        });
    if (full.getPoolSize() == 0) { // all have ended in between
      full.execute(() -> {});
    }
  }

  private void tryAgain(Runnable task) {
    long due = System.nanoTime() + AGAIN_NANOS;
    SystemTimer.INSTANCE.add(new TimerSlots.Entry(due, Runnable::run, () -> execute(task)) {});
  }

  /**
   * Returns the tasks that wait for a thread of the elastic pool in its queue.
   *
   * @return 0 to {@link #MAX_QUEUED}; 0 where there are virtual threads
   */
  public int queued() {
    return queued.get();
  }

  /**
   * Returns the threads of the elastic pool, idle ones included.
   *
   * @return 0 to {@link #MAX_THREADS}; 0 where there are virtual threads
   */
  public int threads() {
    return pool == null ? 0 : pool.getPoolSize();
  }

  /**
   * Returns how often a task found no thread and had to wait for one.
   *
   * @return the number so far
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

  /** A queue that takes a task from the pool only for a thread that waits: else the pool grows. */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }
  }
}
