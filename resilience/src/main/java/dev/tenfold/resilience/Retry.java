// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Where the work is done. RetryProgress: the decision to repeat, and the wait. RetryStep: a blocking call waits.
 * AsyncCall.waitsForNextAttempt: an asynchronous call waits. RetryBudget: the budget. RetryJudge: user code.
 */
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
 * <p>A call should be repeated only if its effect may happen twice, or if it carries an idempotency
 * key.
 *
 * <p>A retry repeats an attempt that ends in {@link Verdict#FAILURE}: by default every {@code
 * Exception}, including timeouts. A {@link Classifier} excludes some of them:
 *
 * <pre>{@code
 * .classifier((value, error) -> error instanceof BadCredentials ? Verdict.IGNORED : null)
 * }</pre>
 *
 * <p>A retry never repeats {@code Error}s, interrupts and cancellations. It repeats refusals
 * ({@link RejectedException}) only with {@link Builder#retryRefusals}, because an open breaker or a
 * full bulkhead would refuse again.
 *
 * <p><b>Guarantees.</b> No more attempts than {@code maxAttempts}, no more retries than the {@link
 * RetryBudget} allows, one per Retry unless shared: in any period at most 10 retries, plus 0.2 for
 * each successful call, plus 1 for each started interval of 10 s. No attempt begins after the
 * {@link dev.tenfold.core.Deadline} of the caller, after {@code maxDuration} or after a {@link
 * Timeout} around all attempts: a wait that would end later is not begun. If the backend or a
 * refusal asks for more time than is left, the call is not repeated. When retries end, the caller
 * gets what the last attempt returned or threw, unchanged. Cancelling the future of an asynchronous
 * call stops the retries and the timer.
 *
 * <p><b>No guarantees.</b> Whether an attempt that failed or timed out had its effect is unknown.
 * The budgets of other processes are not known.
 *
 * <p>Thread-safe. A first attempt that succeeds costs one volatile read while the budget is full,
 * and one atomic operation while it is not. It reads no clock.
 */
public final class Retry implements Policy {
  private static final int MAX_ATTEMPTS = 100;

  private final String name;
  private final TimeSource time;
  private final int maxAttempts;
  private final long maxDurationNanos;
  private final Backoff backoff;
  private final @Nullable RetryBudget budget;
  private final boolean classifies;
  private final RetryJudge judge;
  private final boolean retryRefusals;
  private final boolean userCodeAtDecision;
  private final UserCodeFaults faults;
  private final AtomicLong retries = new AtomicLong();
  private final AtomicLong exhausted = new AtomicLong();
  private final AtomicLong denied = new AtomicLong();

  private Retry(Builder builder, @Nullable RetryBudget budget) {
    this.name = builder.name;
    this.time = builder.time;
    this.maxAttempts = builder.maxAttempts;
    this.maxDurationNanos = builder.maxDurationNanos;
    this.backoff = builder.backoff;
    this.budget = budget;
    this.classifies = builder.classifier != null;
    this.retryRefusals = builder.retryRefusals;
    this.userCodeAtDecision =
        classifies
            || builder.retryAfter != null
            || !Jitter.isOurs(backoff)
            || !Jitter.isOurs(builder.random);
    this.faults = new UserCodeFaults(builder.telemetry, builder.time, name, "retry");
    this.judge =
        new RetryJudge(
            builder.classifier,
            backoff,
            Jitter.source(builder.random, name, time),
            builder.retryAfter,
            builder.listener,
            faults);
    Tags tags = Tags.of("name", name);
    Telemetry telemetry = Registrations.noted(builder.telemetry);
    telemetry.counter("tenfold.resilience.retry.retries", tags, this::retries);
    telemetry.counter("tenfold.resilience.retry.exhausted", tags, this::exhausted);
    telemetry.counter("tenfold.resilience.retry.denied", tags, this::denied);
  }

  /**
   * Starts a retry.
   *
   * @param name the name in messages, refusals and telemetry; not empty
   * @return a builder with the defaults its setters name
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Returns the name of the retry.
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

  /**
   * Takes the result of an attempt. A success earns its share of the budget.
   *
   * @param error the exception, {@linkplain CallErrors#unwrapped unwrapped}; null after a value
   * @return whether the result is one to repeat, if attempts and budget are left
   */
  boolean ended(@Nullable Object value, @Nullable Throwable error) {
    if (!classifies && error == null) {
      earn();
      return false;
    }
    if (error instanceof RejectedException) {
      return retryRefusals;
    }
    if (error instanceof Error || CallErrors.abandons(error)) {
      return false;
    }
    Verdict verdict = judge.verdict(value, error);
    if (verdict == Verdict.SUCCESS) {
      earn();
    }
    return verdict == Verdict.FAILURE;
  }

  /** Whether the decision to repeat runs user code, which the timer must not run. */
  boolean userCodeAtDecision() {
    return userCodeAtDecision;
  }

  private void earn() {
    if (budget != null) {
      budget.earn();
    }
  }

  /** Whether a refusal is one to repeat. */
  boolean repeatsRefusals() {
    return retryRefusals;
  }

  int maxAttempts() {
    return maxAttempts;
  }

  long maxDurationNanos() {
    return maxDurationNanos;
  }

  RetryJudge judge() {
    return judge;
  }

  /** Takes a retry from the budget, and counts what was granted and what was denied. */
  boolean tryTake() {
    if (budget != null && !budget.tryTake()) {
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
   * Returns how often a classifier, backoff, listener or reader of {@code retryAfter} threw.
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
    private @Nullable BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Duration>
        retryAfter;
    private @Nullable RetryListener listener;
    private boolean retryRefusals;
    private TimeSource time = TimeSource.system();
    private @Nullable RandomGenerator random;
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name) {
      this.name = Checks.name("retry", name);
    }

    /**
     * Sets the largest number of attempts, including the first one. Default 4.
     *
     * @param attempts from 2 to 100
     * @return this builder
     */
    public Builder maxAttempts(int attempts) {
      String what = "maxAttempts of retry \"" + name + "\", which counts the first attempt,";
      this.maxAttempts = Checks.range(2, MAX_ATTEMPTS, what, attempts);
      return this;
    }

    /**
     * Sets the time after the first failure in which another attempt may begin. Default 30 s.
     *
     * @param duration more than 0
     * @return this builder
     */
    public Builder maxDuration(Duration duration) {
      this.maxDurationNanos = Checks.positiveNanos("maxDuration", duration);
      return this;
    }

    /**
     * Sets the backoff: the wait before the next attempt. Default: 100 ms, doubled up to 10 s, with
     * full jitter.
     *
     * @param backoff takes the number of attempts so far; a throw is counted, and the call is not
     *     repeated
     * @return this builder
     */
    public Builder backoff(Backoff backoff) {
      this.backoff = Objects.requireNonNull(backoff, "backoff");
      return this;
    }

    /**
     * Sets the retry budget, which several retries may share. Default: a new budget with the
     * defaults of {@link RetryBudget}.
     *
     * @param budget a budget with the same time source
     * @return this builder
     */
    public Builder budget(RetryBudget budget) {
      this.budget = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /**
     * Removes the budget. A failing backend then gets up to {@code maxAttempts} times the load.
     * Excludes {@link #budget}.
     *
     * @return this builder
     */
    public Builder withoutBudget() {
      this.unbudgeted = true;
      return this;
    }

    /**
     * Sets the classifier that decides which results are failures and are repeated. Default: every
     * exception is a failure.
     *
     * @param classifier asked after every attempt that ran to its end
     * @return this builder
     */
    public Builder classifier(Classifier classifier) {
      this.classifier = Objects.requireNonNull(classifier, "classifier");
      return this;
    }

    /**
     * Sets a function that reads from a result the time for which the backend does not want to be
     * called, such as {@code Retry-After} of HTTP. Default: none.
     *
     * <p>The wait is at least this time, but at most 5 s longer than the backoff, so that a backend
     * cannot stop its clients for long. If {@code maxDuration} or the deadline ends before the time
     * is over, the call is not repeated.
     *
     * @param reader takes the value (null if the call threw) and the exception (null if it
     *     returned); returns null for no wait; a throw is counted and means null
     * @return this builder
     */
    public Builder retryAfter(
        BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Duration> reader) {
      this.retryAfter = Objects.requireNonNull(reader, "reader");
      return this;
    }

    /**
     * Repeats refusals too. The time that a refusal asks for ({@link RejectedException#retryAfter})
     * is respected as in {@link #retryAfter}. Default: refusals are not repeated.
     *
     * @return this builder
     */
    public Builder retryRefusals() {
      this.retryRefusals = true;
      return this;
    }

    /**
     * Sets a listener that is called before every attempt after the first. Default: none.
     *
     * @param listener a throw is counted, and the attempt begins all the same
     * @return this builder
     */
    public Builder onRetry(RetryListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
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
     * Sets the source of the jitter. Default: a generator seeded by the clock and the name.
     *
     * @param random thread-safe
     * @return this builder
     */
    public Builder random(RandomGenerator random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Sets the telemetry that receives the counters of the retry. Default: none.
     *
     * @param telemetry keeps the retry reachable, so build a retry once, not per call
     * @return this builder
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
