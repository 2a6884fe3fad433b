// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.TimeSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds retries by traffic, so that a failing backend is not buried under repetitions: over any
 * stretch, retries ≤ burst + ratio × calls + perSecond × seconds.
 *
 * <pre>{@code
 * var budget = RetryBudget.builder().burst(10).ratio(0.2).perSecond(10).build();
 * var reads = Retry.builder("reads").budget(budget).build();
 * var writes = Retry.builder("writes").budget(budget).build();     // shares it
 * }</pre>
 *
 * <p>The budget starts full, with {@code burst} retries, and never saves up more than that: a quiet
 * day does not pay for a storm. Calls and time fill it, retries empty it. It belongs to this
 * process; other processes have their own. Every {@link Retry} has one of its own unless given one
 * to share.
 *
 * <p>Thread-safe. A call costs one volatile read while the budget is full, else one atomic add; a
 * retry takes a short lock.
 *
 * <p>Source: Google, "Site Reliability Engineering", 2016, chapter 21 (retry budgets); the defaults
 * are those of Finagle's {@code RetryBudget}.
 */
public final class RetryBudget {
  private static final long UNIT = 1_000_000_000; // of one retry
  private static final VarHandle LEVEL;

  static {
    try {
      LEVEL = MethodHandles.lookup().findVarHandle(RetryBudget.class, "level", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final TimeSource time;
  private final long capacity;
  private final long perCall;
  private final double perNano;
  private final AtomicLong denied = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long level;
  private long filledNanos; // guarded by lock

  private RetryBudget(Builder builder) {
    this.time = builder.time;
    this.capacity = builder.burst * UNIT;
    this.perCall = (long) (builder.ratio * UNIT);
    this.perNano = builder.perSecond * UNIT / 1e9;
    this.level = capacity;
    this.filledNanos = time.nanoTime();
  }

  /**
   * Starts a budget.
   *
   * @return a builder with the defaults its setters name
   */
  public static Builder builder() {
    return new Builder();
  }

  TimeSource timeSource() {
    return time;
  }

  /** One call began: its share comes in. */
  void deposit() {
    add(perCall);
  }

  /** Takes one retry out, if there is one. */
  boolean tryWithdraw() {
    lock.lock();
    try {
      long now = time.nanoTime();
      long filled = (long) Math.min((double) capacity, (now - filledNanos) * perNano);
      if (filled > 0) {
        filledNanos = now;
        add(filled);
      }
      // Deposits only raise the level and withdrawals hold the lock.
      if (level < UNIT) {
        denied.getAndIncrement();
        return false;
      }
      LEVEL.getAndAdd(this, -UNIT);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void add(long units) {
    for (long before = level; before < capacity; before = level) {
      if (LEVEL.compareAndSet(this, before, Math.min(capacity, before + units))) {
        return;
      }
    }
  }

  /**
   * Returns how many retries were denied for want of budget.
   *
   * @return the number so far
   */
  public long denied() {
    return denied.get();
  }

  /**
   * Returns how many retries could be taken now, not counting what time has filled in since the
   * last retry.
   *
   * @return 0 to {@code burst}
   */
  public double available() {
    return level / (double) UNIT;
  }

  @Override
  public String toString() {
    return "RetryBudget[" + available() + " of " + capacity / UNIT + "]";
  }

  /** Builds a budget. Not thread-safe. */
  public static final class Builder {
    private int burst = 10;
    private double ratio = 0.2;
    private double perSecond = 10;
    private TimeSource time = TimeSource.system();

    private Builder() {}

    /**
     * Starts with so many retries and never saves up more. Default 10.
     *
     * @param retries 1 or more
     * @return this
     */
    public Builder burst(int retries) {
      this.burst = Checks.atLeast(1, "burst", retries);
      return this;
    }

    /**
     * Gains so many retries with every call. Default 0.2.
     *
     * @param retriesPerCall 0 to 10
     * @return this
     */
    public Builder ratio(double retriesPerCall) {
      this.ratio = Checks.range(0.0, 10.0, "ratio", retriesPerCall);
      return this;
    }

    /**
     * Gains so many retries every second, so that rare calls can be repeated. Default 10.
     *
     * @param retries 0 to 1,000,000
     * @return this
     */
    public Builder perSecond(double retries) {
      this.perSecond = Checks.range(0.0, 1_000_000.0, "perSecond", retries);
      return this;
    }

    /**
     * Measures by this clock, which must be that of the retries that share the budget. Default: the
     * system's.
     *
     * @param time the clock
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Builds the budget, full.
     *
     * @return a new budget
     * @throws IllegalArgumentException if neither calls nor time would ever fill it again
     */
    public RetryBudget build() {
      if (ratio * UNIT < 1 && perSecond == 0) {
        throw new IllegalArgumentException(
            "ratio(" + ratio + ") and perSecond(0) together: the budget would never fill again");
      }
      return new RetryBudget(this);
    }
  }
}
