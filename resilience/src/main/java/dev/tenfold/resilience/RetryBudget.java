// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.TimeSource;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds retries by successes, so that a failing backend is not buried under repetitions.
 *
 * <pre>{@code
 * var budget = RetryBudget.builder().burst(10).ratio(0.2).trickle(Duration.ofSeconds(10)).build();
 * var reads = Retry.builder("reads").budget(budget).build();
 * var writes = Retry.builder("writes").budget(budget).build();     // shares it
 * }</pre>
 *
 * <p>The budget starts full, with {@code burst} retries. A retry takes one. A call that succeeds,
 * at whichever attempt, earns {@code ratio} of one, up to {@code burst}: a quiet day does not pay
 * for a storm. While less than one is left, a single retry is allowed each {@code trickle}, so that
 * calls which succeed only at the second attempt are not locked out for ever. Failures, refusals,
 * cancelled calls and results that a {@link Classifier} calls {@link Verdict#IGNORED} earn nothing.
 *
 * <p>While up to one attempt in six fails, the default budget repeats every failure in the long
 * run: each success earns what the failures beside it take. Beyond that, retries decrease with the
 * successes.
 *
 * <p><b>Guarantees.</b> In any period there are at most {@code burst} retries, plus {@code ratio}
 * for each successful call, plus 1 for each started {@code trickle}. With the defaults: at most 10
 * retries, plus 0.2 for each successful call, plus 1 for each started interval of 10 s. A dead
 * backend gets 10 retries from each budget and then one every 10 s. The budget is full again after
 * 50 successes of the recovered backend.
 *
 * <p><b>No guarantees.</b> The budget belongs to this process: other processes have their own.
 * Every {@link Retry} has one of its own unless given one to share.
 *
 * <p>Thread-safe and free of locks. A success costs one volatile read while the budget is full,
 * else one atomic operation. A retry costs one atomic operation; the clock is read only when less
 * than one retry is left.
 *
 * <p>Source: the retry quota of the AWS SDKs (500 tokens, a retry costs 14, a success earns 1) and
 * the retry throttling of gRPC (proposal A6: a failure costs 1, a success earns {@code
 * tokenRatio}). Both earn by successes alone; the trickle is Tenfold's.
 */
public final class RetryBudget {
  private static final long RETRY = 1_000_000_000; // the unit of the level: billionths of a retry
  private static final VarHandle LEVEL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "level", VarHandle.class, RetryBudget.class, long.class);

  private final TimeSource time;
  private final long capacity;
  private final long perSuccess;
  private final long trickleNanos;
  private final AtomicLong trickledNanos;
  private final AtomicLong denied = new AtomicLong();
  private volatile long level;

  private RetryBudget(Builder builder) {
    this.time = builder.time;
    this.capacity = builder.burst * RETRY;
    this.perSuccess = Math.round(builder.ratio * RETRY);
    this.trickleNanos = builder.trickleNanos;
    this.trickledNanos = new AtomicLong(time.nanoTime());
    this.level = capacity;
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

  /** A call succeeded: it earns its share. A full budget is only read. */
  void earn() {
    for (long before = level; before < capacity; before = level) {
      if (LEVEL.compareAndSet(this, before, Math.min(capacity, before + perSuccess))) {
        return;
      }
    }
  }

  /** Takes one retry, if one is left or the trickle allows one. */
  boolean tryTake() {
    for (long before = level; before >= RETRY; before = level) {
      if (LEVEL.compareAndSet(this, before, before - RETRY)) {
        return true;
      }
    }
    long now = time.nanoTime();
    long last = trickledNanos.get();
    if (now - last >= trickleNanos && trickledNanos.compareAndSet(last, now)) {
      return true;
    }
    denied.getAndIncrement();
    return false;
  }

  /**
   * Returns how many retries were denied because the budget was spent.
   *
   * @return the number so far
   */
  public long denied() {
    return denied.get();
  }

  /**
   * Returns how many retries are left, not counting the trickle.
   *
   * @return 0 to {@code burst}
   */
  public double available() {
    return level / (double) RETRY;
  }

  @Override
  public String toString() {
    return "RetryBudget[" + available() + " of " + capacity / RETRY + "]";
  }

  /** Builds a budget. Not thread-safe. */
  public static final class Builder {
    private int burst = 10;
    private double ratio = 0.2;
    private long trickleNanos = Duration.ofSeconds(10).toNanos();
    private TimeSource time = TimeSource.system();

    private Builder() {}

    /**
     * Sets the number of retries that the budget starts with and never exceeds. Default 10.
     *
     * @param retries 1 or more
     * @return this builder
     */
    public Builder burst(int retries) {
      this.burst = Checks.atLeast(1, "burst", retries);
      return this;
    }

    /**
     * Sets the retries that each successful call earns. Default 0.2.
     *
     * @param retriesPerSuccess 0 to 10
     * @return this builder
     */
    public Builder ratio(double retriesPerSuccess) {
      this.ratio = Checks.range(0.0, 10.0, "ratio", retriesPerSuccess);
      return this;
    }

    /**
     * Sets the time in which a spent budget still allows one retry. Default 10 s.
     *
     * @param perRetry more than 0
     * @return this builder
     */
    public Builder trickle(Duration perRetry) {
      this.trickleNanos = Checks.positiveNanos("trickle", perRetry);
      return this;
    }

    /**
     * Sets the clock of the trickle, which must be that of the retries that share the budget.
     * Default: the system's.
     *
     * @param time the clock
     * @return this builder
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Builds the budget, full.
     *
     * @return a new budget
     */
    public RetryBudget build() {
      return new RetryBudget(this);
    }
  }
}
