// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a call that failed, after a random and growing wait, within a budget.
 *
 * <pre>{@code
 * var retry = Retry.builder("payments")
 *     .maxAttempts(4)
 *     .backoff(Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)).fullJitter())
 *     .build();
 * }</pre>
 *
 * <p>Repeat only what may have its effect twice, or carries an idempotency key.
 *
 * <p>Repeated is what is a {@link Verdict#FAILURE}: by default every {@code Exception}, timeouts
 * included. Never repeated: {@code Error}s, interrupts, cancellations and, unless asked, refusals
 * ({@link RejectedException}): a breaker that is open or a bulkhead that is full is not helped by
 * trying again.
 *
 * <p><b>Guaranteed.</b> No more attempts than {@code maxAttempts}, no more retries than the {@link
 * RetryBudget} allows (one per Retry unless shared). No attempt begins after the {@link
 * dev.tenfold.core.Deadline} of the caller or after {@code maxDuration}: a wait that would end
 * later is not begun. When retries end, the caller gets what the last attempt returned or threw,
 * unchanged. Cancelling the future of an asynchronous call stops the retries and the timer.
 *
 * <p>A first attempt that succeeds costs one volatile read (the budget) and no clock. Thread-safe.
 */
public final class Retry implements Policy {
  private static final long RETRY_AFTER_MARGIN_NANOS = Duration.ofSeconds(5).toNanos();

  private final String name;
  private final TimeSource time;
  private final int maxAttempts;
  private final long maxDurationNanos;
  private final Backoff backoff;
  private final RandomGenerator random;
  private final @Nullable RetryBudget budget;
  private final @Nullable Classifier classifier;
  private final boolean retryRefusals;
  private final Faults faults;
  private final AtomicLong retries = new AtomicLong();
  private final AtomicLong exhausted = new AtomicLong();
  private final AtomicLong denied = new AtomicLong();

  private Retry(Builder builder, @Nullable RetryBudget budget) {
    this.name = builder.name;
    this.time = builder.time;
    this.maxAttempts = builder.maxAttempts;
    this.maxDurationNanos = builder.maxDurationNanos;
    this.backoff = builder.backoff;
    this.random = Jitter.source(builder.random, name, time);
    this.budget = budget;
    this.classifier = builder.classifier;
    this.retryRefusals = builder.retryRefusals;
    Tags tags = Tags.of("name", name);
    this.faults = new Faults(builder.telemetry, name, "retry");
    builder.telemetry.counter("tenfold.resilience.retry.retries", tags, this::retries);
    builder.telemetry.counter("tenfold.resilience.retry.exhausted", tags, this::exhausted);
    builder.telemetry.counter("tenfold.resilience.retry.denied", tags, this::denied);
  }

  /**
   * Starts a retry.
   *
   * @param name who this is, in messages and telemetry; not empty
   * @return a builder with the defaults its setters name
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Returns who this is.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  @Override
  public TimeSource timeSource() {
    return time;
  }

  /** A call begins: its first attempt. */
  void began() {
    if (budget != null) {
      budget.deposit();
    }
  }

  /** Whether the end of an attempt is one to repeat, had it attempts and budget left. */
  boolean repeats(@Nullable Object value, @Nullable Throwable error) {
    if (error instanceof RejectedException) {
      return retryRefusals;
    }
    if (error instanceof Error || Endings.abandons(error)) {
      return false;
    }
    if (classifier == null) {
      return error != null;
    }
    Verdict verdict = null;
    try {
      verdict = classifier.classify(value, error);
    } catch (Throwable fault) {
      faults.report("classifier", fault);
    }
    return verdict == null ? error != null : verdict == Verdict.FAILURE;
  }

  /** Whether a refusal is one to repeat. */
  boolean repeatsRefusals() {
    return retryRefusals;
  }

  /** Returns the wait before the next attempt, at least what a refusal asked for; -1 for none. */
  long delayNanos(int failures, @Nullable Throwable error) {
    long delay;
    try {
      delay = Math.max(0, backoff.delayNanos(failures, random));
    } catch (Throwable fault) {
      faults.report("backoff", fault);
      return -1;
    }
    if (error instanceof RejectedException refusal && refusal.retryAfter().isPresent()) {
      long asked = Checks.saturated(refusal.retryAfter().get());
      long most = Math.min(delay, Checks.MOST_NANOS) + RETRY_AFTER_MARGIN_NANOS;
      return Math.max(delay, Math.min(asked, most));
    }
    return delay;
  }

  int maxAttempts() {
    return maxAttempts;
  }

  long maxDurationNanos() {
    return maxDurationNanos;
  }

  boolean tryWithdraw() {
    if (budget != null && !budget.tryWithdraw()) {
      denied.getAndIncrement();
      return false;
    }
    retries.getAndIncrement();
    return true;
  }

  void countExhausted() {
    exhausted.getAndIncrement();
  }

  @Nullable RetryBudget budget() {
    return budget;
  }

  /**
   * Returns the retries that were granted: the attempts beyond the first, and those that an
   * interrupt, a cancellation or a wait beyond the deadline kept from beginning.
   *
   * @return the number so far
   */
  public long retries() {
    return retries.get();
  }

  /**
   * Returns the calls that still failed at the last attempt or when no time was left for another.
   *
   * @return the number so far
   */
  public long exhausted() {
    return exhausted.get();
  }

  /**
   * Returns the calls that were not repeated for want of budget.
   *
   * @return the number so far
   */
  public long denied() {
    return denied.get();
  }

  /**
   * Returns how often a classifier or backoff threw.
   *
   * @return the number so far
   */
  public long faults() {
    return faults.count();
  }

  @Override
  public String toString() {
    return "Retry[" + name + ", up to " + maxAttempts + " attempts, " + backoff + "]";
  }

  /** Builds a retry. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private int maxAttempts = 4;
    private long maxDurationNanos = Duration.ofSeconds(30).toNanos();
    private Backoff backoff =
        Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)).fullJitter();
    private @Nullable RetryBudget budget;
    private boolean unbudgeted;
    private @Nullable Classifier classifier;
    private boolean retryRefusals;
    private TimeSource time = TimeSource.system();
    private @Nullable RandomGenerator random;
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name) {
      this.name = Checks.name("retry", name);
    }

    /**
     * Makes at most so many attempts, the first included. Default 4.
     *
     * @param attempts 2 or more
     * @return this
     */
    public Builder maxAttempts(int attempts) {
      if (attempts < 2) {
        throw new IllegalArgumentException(
            "maxAttempts " + attempts + " of " + name + " counts the first: less than 2 is none");
      }
      this.maxAttempts = attempts;
      return this;
    }

    /**
     * Begins no attempt later than this after the first failure, where the clock is first read.
     * Default 30 s.
     *
     * @param duration more than 0
     * @return this
     */
    public Builder maxDuration(Duration duration) {
      this.maxDurationNanos = Checks.positive("maxDuration", duration);
      return this;
    }

    /**
     * Waits so long between attempts. Default: 100 ms doubling up to 10 s, full jitter.
     *
     * @param backoff asked with the number of attempts so far; if it throws, that is counted and
     *     the call is not repeated
     * @return this
     */
    public Builder backoff(Backoff backoff) {
      this.backoff = Objects.requireNonNull(backoff, "backoff");
      return this;
    }

    /**
     * Shares this budget. Default: a budget of its own with the defaults of {@link RetryBudget}.
     *
     * @param budget of the same time source
     * @return this
     */
    public Builder budget(RetryBudget budget) {
      this.budget = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /**
     * Repeats without a budget. Under load every failure is then multiplied by {@code maxAttempts}.
     * Excludes {@link #budget}.
     *
     * @return this
     */
    public Builder withoutBudget() {
      this.unbudgeted = true;
      return this;
    }

    /**
     * Says what is repeated: {@link Verdict#FAILURE}. Default: every exception.
     *
     * @param classifier asked after every attempt that ran to its end
     * @return this
     */
    public Builder classifier(Classifier classifier) {
      this.classifier = Objects.requireNonNull(classifier, "classifier");
      return this;
    }

    /**
     * Repeats refusals too, after at least what the refusal asks for, but no more than 5 s beyond
     * the backoff. Default: refusals are not repeated.
     *
     * @return this
     */
    public Builder retryRefusals() {
      this.retryRefusals = true;
      return this;
    }

    /**
     * Waits by this clock. Default: the system's.
     *
     * @param time shared by all policies of a pipeline
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Draws the jitter from here. Default: a source of its own, seeded by the clock.
     *
     * @param random thread-safe
     * @return this
     */
    public Builder random(RandomGenerator random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Reports counters here, for as long as the telemetry lives. Default: nowhere.
     *
     * @param telemetry where to
     * @return this
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the retry.
     *
     * @return a new retry
     * @throws IllegalArgumentException if two settings exclude each other
     */
    public Retry build() {
      if (budget != null && unbudgeted) {
        throw new IllegalArgumentException(
            "retry " + name + ": budget and withoutBudget exclude each other");
      }
      if (budget != null && !budget.timeSource().equals(time)) {
        throw new IllegalArgumentException(
            "retry " + name + ": timeSource " + time + " is not that of budget " + budget);
      }
      if (unbudgeted) {
        return new Retry(this, null);
      }
      return new Retry(
          this, budget == null ? RetryBudget.builder().timeSource(time).build() : budget);
    }
  }
}
