// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets at most so many calls in at once, so that one slow backend cannot take every thread and
 * connection.
 *
 * <pre>{@code
 * var bulkhead = Bulkhead.builder("payments", 32).maxWait(Duration.ofMillis(50)).build();
 * }</pre>
 *
 * <p>With {@code maxWait} a call that finds it full waits in a bounded queue, first come, first
 * served: a blocking call parks its thread, an asynchronous one waits without a thread. The wait is
 * clipped to the {@link dev.tenfold.core.Deadline}. Waiting is the pipeline's doing: {@link #enter}
 * itself never waits.
 *
 * <p><b>Guaranteed.</b> Never more calls in flight than the limit. A waiter that gives up (its time
 * is over, its thread is interrupted, its future is cancelled) never keeps a permit: one that was
 * granted at the same moment goes to the next in line. <b>Not guaranteed.</b> An asynchronous call
 * holds its permit until its stage completes, is cancelled or times out; what bounds is stages not
 * yet completed, not threads still working. A stage that never completes and has no {@link Timeout}
 * keeps its permit, and {@link #inFlight} shows it.
 *
 * <p>Thread-safe. While nobody waits, {@code enter} and {@code exit} are one atomic operation each,
 * without lock or allocation; waiters use a short lock, never held across user code.
 */
public final class Bulkhead implements Gate {
  /** The permit of a call that waited; the clock has to be read again. */
  static final long AFTER_WAIT = -1;

  private final String name;
  private final TimeSource time;
  private final int limit;
  private final long maxWaitNanos;
  private final int maxWaiters;

  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong refused = new AtomicLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Waiter> queue = new ArrayDeque<>(); // guarded by lock

  /** Set while this thread hands out: an exit inside leaves its permit to the loop it is in. */
  private final ThreadLocal<Boolean> handingOut = new ThreadLocal<>();

  /** The length of the queue, written under the lock before anybody looks for a free permit. */
  private volatile int waiting;

  private Bulkhead(Builder builder) {
    this.name = builder.name;
    this.time = builder.time;
    this.limit = builder.limit;
    this.maxWaitNanos = builder.maxWaitNanos;
    this.maxWaiters = builder.maxWaiters == 0 ? builder.limit : builder.maxWaiters;
    Tags tags = Tags.of("name", name);
    Telemetry telemetry = builder.telemetry;
    telemetry.gauge("tenfold.resilience.bulkhead.inflight", tags, this::inFlight);
    telemetry.gauge("tenfold.resilience.bulkhead.limit", tags, this::limit);
    telemetry.gauge("tenfold.resilience.bulkhead.waiting", tags, this::waiting);
    telemetry.counter("tenfold.resilience.bulkhead.refused", tags, this::refused);
  }

  /**
   * Starts a bulkhead.
   *
   * @param name who this is, in messages, refusals and telemetry; not empty
   * @param limit how many calls may be in flight, 1 or more
   * @return a builder with the defaults its setters name
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
    if (waiting == 0 && tryTake()) {
      return 0;
    }
    if (maxWaitNanos == 0) {
      refused.getAndIncrement();
    }
    return REFUSED;
  }

  private boolean tryTake() {
    for (int now = inFlight.get(); now < limit; now = inFlight.get()) {
      if (inFlight.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    inFlight.getAndDecrement();
    if (waiting > 0 && handingOut.get() == null) {
      handOut();
    }
  }

  /** How long a call may wait; 0 if it may not. */
  long maxWaitNanos() {
    return maxWaitNanos;
  }

  /** Counts a call that waited in vain or found no room to wait. */
  void countRefused() {
    refused.getAndIncrement();
  }

  /**
   * Joins the queue. The waiter may be granted before this returns.
   *
   * @return false if the queue is full
   */
  boolean join(Waiter waiter) {
    lock.lock();
    try {
      if (!waiter.waiting()) {
        return true; // it gave up before it joined
      }
      if (queue.size() >= maxWaiters) {
        return false;
      }
      queue.add(waiter);
      waiting = queue.size();
    } finally {
      lock.unlock();
    }
    handOut(); // a permit may have come free between the refusal and the joining
    return true;
  }

  /** Takes a waiter that gave up out of the queue. */
  void leave(Waiter waiter) {
    lock.lock();
    try {
      queue.remove(waiter);
      waiting = queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Gives free permits to waiters, in order, and wakes each outside the lock. */
  private void handOut() {
    boolean outermost = handingOut.get() == null;
    handingOut.set(true);
    try {
      for (Waiter next = grantNext(); next != null; next = grantNext()) {
        next.granted();
      }
    } finally {
      if (outermost) {
        handingOut.remove();
      }
    }
  }

  private @Nullable Waiter grantNext() {
    lock.lock();
    try {
      while (!queue.isEmpty() && tryTake()) {
        Waiter next = queue.remove();
        waiting = queue.size();
        if (next.grant()) {
          return next;
        }
        inFlight.getAndDecrement(); // it has given up: the permit is for the one behind it
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits on the calling thread.
   *
   * @param nanos the longest wait
   * @return {@link #AFTER_WAIT} or {@link #REFUSED}
   * @throws InterruptedException if the thread is interrupted; it then holds no permit
   */
  long await(long nanos) throws InterruptedException {
    if (nanos <= 0) {
      return REFUSED;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long until = time.nanoTime() + nanos;
    ParkedThread me = new ParkedThread();
    if (!join(me)) {
      return REFUSED;
    }
    boolean interrupted = false;
    for (long left = nanos; me.waiting() && left > 0; left = until - time.nanoTime()) {
      time.parkNanos(this, left);
      if (Thread.interrupted()) {
        interrupted = true;
        break;
      }
    }
    boolean held = !me.abandon();
    if (!held) {
      leave(me);
    }
    if (interrupted) {
      if (held) {
        exit(AFTER_WAIT, 0, 0, Verdict.ABANDONED);
      }
      throw new InterruptedException();
    }
    return held ? AFTER_WAIT : REFUSED;
  }

  /**
   * Returns the calls that hold a permit.
   *
   * @return 0 to {@link #limit}
   */
  public int inFlight() {
    return inFlight.get();
  }

  /**
   * Returns the permits that are free.
   *
   * @return 0 to {@link #limit}
   */
  public int available() {
    return limit - inFlight.get();
  }

  /**
   * Returns how many calls may be in flight.
   *
   * @return 1 or more
   */
  public int limit() {
    return limit;
  }

  /**
   * Returns the calls that wait.
   *
   * @return 0 to {@code maxWaiters}
   */
  public int waiting() {
    return waiting;
  }

  /**
   * Returns the calls that were refused, at once or after waiting.
   *
   * @return the number so far
   */
  public long refused() {
    return refused.get();
  }

  @Override
  public String toString() {
    return "Bulkhead[" + name + ", " + inFlight() + " of " + limit + ", " + waiting + " waiting]";
  }

  /** One call in the queue: granted or abandoned, whichever comes first. */
  abstract static class Waiter {
    private static final int WAITING = 0;
    private static final int GRANTED = 1;
    private static final int ABANDONED = 2;

    private final AtomicInteger state = new AtomicInteger(WAITING);

    final boolean waiting() {
      return state.get() == WAITING;
    }

    final boolean grant() {
      return state.compareAndSet(WAITING, GRANTED);
    }

    /** Returns false if a permit was granted before: it is the waiter's to use or hand back. */
    final boolean abandon() {
      return state.compareAndSet(WAITING, ABANDONED);
    }

    /** Whether a permit was granted. */
    final boolean held() {
      return state.get() == GRANTED;
    }

    /** Wakes the call. Called once, after {@link #grant}, without the lock. */
    abstract void granted();
  }

  private static final class ParkedThread extends Waiter {
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
      this.limit = Checks.atLeast(1, "limit of bulkhead " + name, limit);
    }

    /**
     * Lets a call wait so long for a permit. Default 0: it is refused at once.
     *
     * @param wait 0 or more
     * @return this
     */
    public Builder maxWait(Duration wait) {
      this.maxWaitNanos = wait.isZero() ? 0 : Checks.positive("maxWait", wait);
      return this;
    }

    /**
     * Lets so many calls wait at once; the next is refused. Default: as many as the limit. Needs
     * {@link #maxWait}.
     *
     * @param count 1 or more
     * @return this
     */
    public Builder maxWaiters(int count) {
      this.maxWaiters = Checks.atLeast(1, "maxWaiters", count);
      return this;
    }

    /**
     * Measures waits by this clock. Default: the system's.
     *
     * @param time shared by all policies of a pipeline
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Reports gauges and counters here, for as long as the telemetry lives. Default: nowhere.
     *
     * @param telemetry where to
     * @return this
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the bulkhead, empty.
     *
     * @return a new bulkhead
     * @throws IllegalArgumentException if waiters are bounded but nobody may wait
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
