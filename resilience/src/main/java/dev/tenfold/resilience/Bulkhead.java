// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * Where the work is done. Permits: a permit is taken, released, and granted to a waiting call. waited() and await()
 * below: a blocking call waits, in a pipeline and in acquire(). AsyncAttempt.QueuedCall: an asynchronous call waits.
 */
/**
 * A bulkhead: a limit on concurrent calls, so that one slow backend cannot take every thread and
 * connection.
 *
 * <pre>{@code
 * var bulkhead = Bulkhead.builder("payments", 32).maxWait(Duration.ofMillis(50)).build();
 * }</pre>
 *
 * <p>With {@code maxWait} a call that finds the bulkhead full waits in a bounded queue, first come,
 * first served: a blocking call parks its thread, an asynchronous call waits without a thread. The
 * wait is clipped to the {@link Deadline} and ends with a {@link Timeout} further out. The pipeline
 * does the waiting; {@link #enter} never waits.
 *
 * <p>{@link #acquire} and {@link #release} are for a resource that outlives a call, such as a
 * connection of a pool. They use the same permits and the same queue:
 *
 * <pre>{@code
 * bulkhead.acquire(); // waits as a blocking call does
 * Connection connection;
 * try {
 *   connection = pool.getConnection();
 * } catch (Throwable failed) {
 *   bulkhead.release();
 *   throw failed;
 * }
 * // later, once, when the connection goes back to its pool
 * bulkhead.release();
 * }</pre>
 *
 * <p><b>Guarantees.</b> There are never more permits in use than the limit. A waiting call that
 * gives up (its time is over, its thread is interrupted, or its future is cancelled) never keeps a
 * permit: a permit granted at the same moment goes to the next waiting call. A {@link #release}
 * while no permit is in use is refused.
 *
 * <p><b>No guarantees.</b> An asynchronous call holds its permit until its stage completes, is
 * cancelled or times out: the limit bounds the stages that have not completed, not the threads that
 * still work. A stage that never completes and has no {@link Timeout} keeps its permit; {@link
 * #inFlight} shows it. A permit has no owner, and any thread may release it: a second {@link
 * #release} for one {@code acquire} takes the permit of somebody else, if there is one.
 *
 * <p>Thread-safe. While no call waits, {@code enter}, {@code exit}, {@code acquire} and {@code
 * release} are one atomic operation each, without lock and without allocation. Waiting calls take a
 * short lock, never held across user code.
 */
public final class Bulkhead extends PipelineGate implements Gate {
  /** The permit of a call that waited: below 0, so that the clock is read again. */
  static final long AFTER_WAIT = -1;

  private final String name;
  private final TimeSource time;
  private final long maxWaitNanos;
  private final Permits permits;
  private final AtomicLong refused = new AtomicLong();

  private Bulkhead(Builder builder) {
    this.name = builder.name;
    this.time = builder.time;
    this.maxWaitNanos = builder.maxWaitNanos;
    this.permits =
        new Permits(builder.limit, builder.maxWaiters == 0 ? builder.limit : builder.maxWaiters);
    Tags tags = Tags.of("name", name);
    Telemetry telemetry = Registrations.noted(builder.telemetry);
    telemetry.gauge("tenfold.resilience.bulkhead.inflight", tags, this::inFlight);
    telemetry.gauge("tenfold.resilience.bulkhead.limit", tags, this::limit);
    telemetry.gauge("tenfold.resilience.bulkhead.waiting", tags, this::waiting);
    telemetry.counter("tenfold.resilience.bulkhead.refused", tags, this::refused);
  }

  /**
   * Starts a bulkhead.
   *
   * @param name the name in messages, refusals and telemetry; not empty
   * @param limit the largest number of calls in flight; 1 or more
   * @return a builder with the defaults that its setters name
   * @throws IllegalArgumentException if the name is empty or the limit is less than 1
   */
  public static Builder builder(String name, int limit) {
    return new Builder(name, limit);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TimeSource timeSource() {
    return time;
  }

  @Override
  public long enter(long nowNanos) {
    if (permits.tryTake()) {
      return 0;
    }
    if (maxWaitNanos == 0) {
      refused.getAndIncrement();
    }
    return REFUSED;
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    permits.release();
  }

  /**
   * Acquires a permit for a resource that outlives a call. Waits as a blocking call of a {@link
   * Pipeline} does: not at all if a permit is free and no call waits; otherwise in the queue, for
   * {@code maxWait} or until the {@link Deadline} of this thread ends. Every permit needs one
   * {@link #release}, on any thread.
   *
   * @throws dev.tenfold.core.RejectedException if the bulkhead is full and calls may not wait, if
   *     the queue is full, or if no permit came free in time; its kind is a {@link RefusalKind}
   * @throws CallInterruptedException if the thread is interrupted while it waits; it then holds no
   *     permit, and its interrupt flag is set
   */
  public void acquire() {
    long permit = admit(0);
    if (permit != 0) {
      permit = waited(permit);
      if (Refusal.is(permit)) {
        throw refusal(permit);
      }
    }
  }

  /**
   * Releases a permit that {@link #acquire} acquired. The permit goes to the first waiting call, if
   * there is one.
   *
   * @throws IllegalStateException if no permit is in use; the number of permits does not change
   */
  public void release() {
    if (!permits.tryRelease()) {
      throw new IllegalStateException("bulkhead " + name + ": release() without a permit in use");
    }
  }

  @Override
  Gate gate() {
    return this;
  }

  @Override
  long admit(long nowNanos) {
    return enter(nowNanos) == 0 ? 0 : Refusal.of(RefusalKind.BULKHEAD_FULL);
  }

  @Override
  void exit(
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    permits.release();
  }

  /** Returns the longest wait; 0 if calls do not wait. */
  long maxWaitNanos() {
    return maxWaitNanos;
  }

  /** Returns whether no call is in flight and no call waits. */
  boolean idle() {
    return permits.taken() == 0 && permits.waiting() == 0;
  }

  Permits permits() {
    return permits;
  }

  /** Counts a call that was refused after a wait, or because the queue was full. */
  @Override
  void countRefused() {
    refused.getAndIncrement();
  }

  /**
   * Waits on the calling thread for the permit that {@link #admit} refused, if calls may wait.
   *
   * @param refusal the answer of {@link #admit}
   * @return {@link #AFTER_WAIT} or a {@link Refusal}
   * @throws CallInterruptedException if the thread is interrupted; it then holds no permit
   */
  long waited(long refusal) {
    if (maxWaitNanos == 0) {
      return refusal;
    }
    try {
      long nanos = Deadline.clipNanos(maxWaitNanos);
      long permit =
          await(
              nanos,
              nanos < maxWaitNanos
                  ? RefusalKind.DEADLINE_ENDED
                  : RefusalKind.BULKHEAD_WAITED_TOO_LONG);
      if (Refusal.is(permit)) {
        countRefused();
      }
      return permit;
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(name, interrupt);
    }
  }

  /**
   * Waits for a permit on the calling thread.
   *
   * @param nanos the longest wait
   * @param late the kind of the refusal when that time is over
   * @return {@link #AFTER_WAIT} or a {@link Refusal}
   * @throws InterruptedException if the thread is interrupted; it then holds no permit
   */
  private long await(long nanos, RefusalKind late) throws InterruptedException {
    if (nanos <= 0) {
      return Refusal.of(late);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long until = time.nanoTime() + nanos;
    ParkedThread me = new ParkedThread();
    try {
      if (!permits.join(me)) {
        return Refusal.of(RefusalKind.BULKHEAD_QUEUE_FULL);
      }
      for (long left = nanos; me.waiting() && left > 0; left = until - time.nanoTime()) {
        time.parkNanos(this, left);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } catch (Throwable stop) {
      if (me.abandon()) {
        permits.withdraw(me);
      } else {
        permits.release();
      }
      throw stop;
    }
    if (me.abandon()) {
      permits.withdraw(me);
      return Refusal.of(late);
    }
    return AFTER_WAIT;
  }

  /**
   * Returns the number of permits in use.
   *
   * @return 0 to {@link #limit}
   */
  public int inFlight() {
    return permits.taken();
  }

  /**
   * Returns the number of free permits.
   *
   * @return 0 to {@link #limit}
   */
  public int available() {
    return permits.limit() - permits.taken();
  }

  /**
   * Returns the limit: the largest number of calls in flight.
   *
   * @return 1 or more
   */
  public int limit() {
    return permits.limit();
  }

  /**
   * Returns the number of waiting calls.
   *
   * @return 0 to {@code maxWaiters}
   */
  public int waiting() {
    return permits.waiting();
  }

  /**
   * Returns the number of refused calls, at once or after a wait.
   *
   * @return the number so far
   */
  public long refused() {
    return refused.get();
  }

  @Override
  public String toString() {
    return "Bulkhead["
        + name
        + ", "
        + inFlight()
        + " of "
        + limit()
        + ", "
        + waiting()
        + " waiting]";
  }

  private static final class ParkedThread extends Permits.Waiter {
    private final Thread thread = Thread.currentThread();

    @Override
    void granted() {
      LockSupport.unpark(thread);
    }
  }

  /** Builds a bulkhead. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final int limit;
    private long maxWaitNanos;
    private int maxWaiters;
    private TimeSource time = TimeSource.system();
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name, int limit) {
      this.name = Checks.name("bulkhead", name);
      this.limit = Checks.atLeast(1, "limit of bulkhead \"" + name + '"', limit);
    }

    /**
     * Sets the longest wait for a permit. Default 0: a call that finds no permit is refused at
     * once.
     *
     * @param wait 0 or more
     * @return this builder
     */
    public Builder maxWait(Duration wait) {
      this.maxWaitNanos = Checks.nonNegativeNanos("maxWait", wait);
      return this;
    }

    /**
     * Sets the largest number of waiting calls. Further calls are refused. Default: the limit.
     * Needs {@link #maxWait}.
     *
     * @param count 1 or more
     * @return this builder
     */
    public Builder maxWaiters(int count) {
      this.maxWaiters = Checks.atLeast(1, "maxWaiters", count);
      return this;
    }

    /**
     * Sets the time source. Default {@link TimeSource#system()}.
     *
     * @param time the same for all policies of a pipeline
     * @return this builder
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the telemetry that receives the gauges and counters of the bulkhead. Default: none.
     *
     * @param telemetry keeps the bulkhead reachable, so build a bulkhead once, not per call
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the bulkhead.
     *
     * @return a new bulkhead
     * @throws IllegalArgumentException if {@link #maxWaiters} is set without {@link #maxWait}
     */
    public Bulkhead build() {
      if (maxWaiters > 0 && maxWaitNanos == 0) {
        throw new IllegalArgumentException(
            "bulkhead " + name + ": maxWaiters(" + maxWaiters + ") does nothing without maxWait");
      }
      return new Bulkhead(this);
    }
  }
}
