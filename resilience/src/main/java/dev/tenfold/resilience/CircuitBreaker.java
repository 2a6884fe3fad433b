// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Where the work is done. BreakerStateMachine: admission, results and every change of state. BreakerEpisode: one
 * episode. BreakerProbes: the half-open decision. TimeWindow, CountWindow, ConsecutiveFailures: the windows.
 * BreakerJudge: the classifier and the signal. BreakerSettings: what the builder was given.
 */
/**
 * A circuit breaker: it stops calls to a backend that keeps failing, and finds out with a few
 * probes when the backend has recovered.
 *
 * <pre>{@code
 * var breaker = CircuitBreaker.builder("payments")
 *     .failureRate(0.5).window(Duration.ofSeconds(30)).minimumCalls(20)
 *     .openFor(Duration.ofSeconds(10))
 *     .build();
 * var pipeline = Pipeline.of("payments", breaker, Timeout.of(Duration.ofSeconds(1)));
 * }</pre>
 *
 * <p>A closed breaker counts successes and failures in a {@link FailureWindow}. When a threshold is
 * reached, the breaker opens and refuses every call for a while. The first call after that time
 * finds the breaker half-open and is admitted as a probe. A few probes decide whether the breaker
 * closes, or opens again for a longer time. The breaker also opens when a result asks for it
 * ({@link Builder#openOn}) or an operator does ({@link #openNow}). {@link #switchTo} replaces the
 * automatic decision by a fixed one.
 *
 * <p><b>Guarantees.</b> An episode is the time between two changes of state. A result counts only
 * in the episode in which its call was admitted: a late success does not close an open breaker, and
 * a late failure does not open a breaker that has recovered. A half-open episode never has more
 * probes in flight than configured. A probe that ends {@link Verdict#IGNORED} or {@link
 * Verdict#ABANDONED} gives its place back and does not count; only such probes can prolong a
 * half-open episode while calls arrive. A probe whose lease has ended counts as failed until its
 * result arrives: if all probes in flight are overdue, or if too few are left to succeed, the next
 * call opens the breaker again. The breaker has no timer: {@link #state} is computed from the
 * clock. A mode that was switched to ends only by another switch.
 *
 * <p><b>No guarantees.</b> Other processes do not know the state of this breaker. Under concurrency
 * a few calls more than the threshold may fail before the state changes. A refusal says when to
 * come back only while the breaker is open: in the half-open and in the ramping state, the next
 * call may be admitted at any moment.
 *
 * <p>Thread-safe. While the breaker is closed, entering is one volatile read; exiting is one
 * volatile read and one atomic add, without lock and without allocation. A failure costs a few more
 * atomic adds. The half-open state takes a short lock. A time window reads the clock at the end of
 * a call, slow calls need the clock at the beginning and at the end, other settings need no clock.
 * Idle and without telemetry or listener, a breaker takes at most 600 bytes. A {@link
 * Builder#window(int) window of calls} takes about 300 bytes more per processor once two threads
 * have met in it.
 */
public final class CircuitBreaker extends PipelineGate implements Gate {

  private final int needs;
  private final BreakerStateMachine stateMachine;
  private final @Nullable BreakerJudge judge;
  private final boolean userCodeInside;
  private final UserCodeFaults faults;

  private CircuitBreaker(BreakerSettings settings) {
    Supplier<FailureWindow> windows = settings.windows();
    FailureWindow first = Objects.requireNonNull(windows.get(), "window");
    this.needs = first.needs() | (settings.slowNanos > 0 ? DURATION : 0);
    this.faults = new UserCodeFaults(settings.telemetry, settings.time, settings.name, "breaker");
    this.judge = BreakerJudge.of(settings, faults);
    this.userCodeInside = settings.userCodeInside();
    BreakerTelemetry telemetry = BreakerTelemetry.of(settings, faults);
    this.stateMachine = new BreakerStateMachine(settings, windows, first, faults, telemetry);
    if (telemetry != null) {
      telemetry.register(stateMachine);
    }
  }

  /**
   * Starts a breaker.
   *
   * @param name the name in messages, refusals and telemetry; not empty
   * @return a builder with the defaults that its setters name
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  @Override
  public String name() {
    return stateMachine.name;
  }

  @Override
  public TimeSource timeSource() {
    return stateMachine.time;
  }

  @Override
  public int needs() {
    return needs;
  }

  @Override
  public long enter(long nowNanos) {
    long answer = admit(nowNanos);
    return Refusal.is(answer) ? REFUSED : answer;
  }

  @Override
  Gate gate() {
    return this;
  }

  @Override
  long slowNanos() {
    return stateMachine.slowNanos();
  }

  @Override
  boolean userCodeAtEntry() {
    return userCodeInside;
  }

  @Override
  boolean userCodeAtExit(@Nullable Verdict fixed) {
    return userCodeInside || (fixed == null && judge != null);
  }

  @Override
  long admit(long nowNanos) {
    return stateMachine.admit();
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    stateMachine.exit(permit, beganNanos, nowNanos, verdict);
  }

  @Override
  void exit(
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    if (fixed != null) {
      stateMachine.exit(permit, beganNanos, nowNanos, fixed);
    } else if (judge == null) {
      Verdict plain = error == null ? Verdict.SUCCESS : Verdict.FAILURE;
      stateMachine.exit(permit, beganNanos, nowNanos, plain);
    } else {
      judge.exit(stateMachine, permit, beganNanos, nowNanos, value, error);
    }
  }

  @Override
  public @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    return judge == null ? null : judge.verdict(value, error);
  }

  @Override
  public long retryAfterNanos(long nowNanos) {
    return stateMachine.retryAfterNanos(nowNanos);
  }

  /** Returns whether the breaker has no state worth keeping: a new one would behave the same. */
  boolean idle() {
    return stateMachine.asBuilt() || stateMachine.lapsed();
  }

  /**
   * Opens the breaker now, for example during a deployment or after an alarm. An open breaker stays
   * open for the given time from now. After that time probes decide as usual. Only a breaker in
   * mode {@link BreakerMode#AUTOMATIC} opens.
   *
   * @param duration the time to stay open; more than 0; more than 146 years counts as 146 years
   * @return true if the breaker is open now; false if it is in another mode
   * @throws IllegalArgumentException if the duration is not positive
   */
  public boolean openNow(Duration duration) {
    return stateMachine.openFor(Checks.positiveNanos("openNow", duration));
  }

  /**
   * Switches the mode. A new episode begins: results of calls that were admitted before do not
   * count. After a switch back to {@link BreakerMode#AUTOMATIC} the breaker is closed and its
   * window is empty. The other modes end only by another switch. A switch to the present mode
   * changes nothing.
   *
   * @param mode the mode from now on
   */
  public void switchTo(BreakerMode mode) {
    stateMachine.switchTo(mode.state);
  }

  /**
   * Returns the state, computed from the clock: an open breaker whose open time is over is
   * half-open, whether or not a call has arrived since.
   *
   * @return the present state
   */
  public BreakerState state() {
    return stateMachine.state();
  }

  /**
   * Returns the counters. They are read one after the other while calls go on.
   *
   * @return the counters
   */
  public BreakerCounts counts() {
    return stateMachine.counts();
  }

  @Override
  public String toString() {
    return "CircuitBreaker[" + name() + ", " + state() + "]";
  }

  /** Builds a breaker. Not thread-safe. */
  public static final class Builder {
    private final BreakerSettings settings;

    private Builder(String name) {
      this.settings = new BreakerSettings(name);
    }

    /**
     * Sets the failure rate at which the breaker opens: the share of failed calls in the window.
     * Default 0.5.
     *
     * @param rate more than 0, at most 1
     * @return this builder
     */
    public Builder failureRate(double rate) {
      settings.failureRate = Checks.ratio("failureRate", rate);
      return this;
    }

    /**
     * Sets a time window: the breaker counts the calls of this last time, in ten slices. Default 30
     * s.
     *
     * @param length at least 10 ms
     * @return this builder
     */
    public Builder window(Duration length) {
      if (length.compareTo(Duration.ofMillis(10)) < 0) {
        throw new IllegalArgumentException("window is " + length + "; it must be at least 10 ms");
      }
      settings.window = length;
      return this;
    }

    /**
     * Sets a window of calls in place of a time window: the breaker counts exactly the last calls,
     * without a clock. While all calls in the window are fast successes, threads share no memory
     * that they write, so this window suits many threads.
     *
     * @param calls the size of the window, from 1 to 1,048,576
     * @return this builder
     */
    public Builder window(int calls) {
      settings.windowCalls = Checks.range(1, CountWindow.MAX_CALLS, "window of calls", calls);
      return this;
    }

    /**
     * Sets a custom window. A custom window decides alone when the breaker opens, so it excludes
     * {@link #failureRate}, the other windows, {@link #minimumCalls} and {@link
     * #consecutiveFailures}. With {@link #slowCalls} the window is told which calls were slow; the
     * rate of slow calls is then the window's decision.
     *
     * @param windows returns a new window; called when the breaker is built and whenever it closes
     * @return this builder
     */
    public Builder window(Supplier<FailureWindow> windows) {
      settings.customWindow = Objects.requireNonNull(windows, "windows");
      return this;
    }

    /**
     * Sets the number of calls that the window must hold before the breaker may open. Default 20,
     * or the size of a smaller {@link #window(int)}.
     *
     * @param calls 1 or more; at most the size of a {@link #window(int)}
     * @return this builder
     */
    public Builder minimumCalls(int calls) {
      settings.minimumCalls = Checks.atLeast(1, "minimumCalls", calls);
      return this;
    }

    /**
     * Sets the number of consecutive failures after which the breaker opens, in place of a failure
     * rate. Excludes {@link #failureRate}, {@link #window(Duration) window}, {@link #minimumCalls}
     * and {@link #slowCalls}.
     *
     * @param failures 1 or more
     * @return this builder
     */
    public Builder consecutiveFailures(int failures) {
      settings.consecutiveFailures = Checks.atLeast(1, "consecutiveFailures", failures);
      return this;
    }

    /**
     * Sets the rate of slow calls at which the breaker opens, in addition to the failure rate. A
     * slow probe counts as a failed probe. Default: the breaker does not time calls.
     *
     * @param duration a call of this duration or longer is slow, whether or not it failed; more
     *     than 0
     * @param rate more than 0, at most 1
     * @return this builder
     */
    public Builder slowCalls(Duration duration, double rate) {
      settings.slowNanos = Checks.positiveNanos("slowCalls", duration);
      settings.slowRate = Checks.ratio("slowCalls rate", rate);
      return this;
    }

    /**
     * Sets the time for which the breaker stays open, the same every time.
     *
     * @param duration more than 0
     * @return this builder
     */
    public Builder openFor(Duration duration) {
      Checks.positiveNanos("openFor", duration);
      return openFor(Backoff.constant(duration));
    }

    /**
     * Sets the time for which the breaker stays open, as a backoff: longer every time the probes
     * fail. Default: 10 s, doubled up to 5 min, with equal jitter.
     *
     * @param backoff takes the number of openings since the breaker was last closed; a throw is
     *     counted, and the breaker stays open for 10 s
     * @return this builder
     */
    public Builder openFor(Backoff backoff) {
      settings.openFor = Objects.requireNonNull(backoff, "backoff");
      return this;
    }

    /**
     * Sets the number of probes of a half-open breaker. Default 5.
     *
     * @param count from 1 to 1,000
     * @return this builder
     */
    public Builder probes(int count) {
      settings.probes = Checks.range(1, 1_000, "probes", count);
      return this;
    }

    /**
     * Sets the share of the probes that must succeed to close the breaker. Default 0.8: four of
     * five.
     *
     * @param rate more than 0, at most 1
     * @return this builder
     */
    public Builder probeSuccessRate(double rate) {
      settings.probeSuccessRate = Checks.ratio("probeSuccessRate", rate);
      return this;
    }

    /**
     * Sets the lease of a probe. A probe without a result at the end of its lease counts as failed.
     * The lease should be longer than the timeout of a call. Default 10 s.
     *
     * @param lease more than 0
     * @return this builder
     */
    public Builder probeLease(Duration lease) {
      settings.leaseNanos = Checks.positiveNanos("probeLease", lease);
      return this;
    }

    /**
     * Sets the duration of a ramp after the probes have succeeded. During the ramp the breaker
     * admits a growing share of the calls, spread evenly: 25 % at first, 100 % at the end. They
     * count in a new window, and enough failures open the breaker again, for longer than before. A
     * refusal during the ramp does not say when to come back. Default: no ramp, because a ramp
     * refuses calls to a healthy backend.
     *
     * @param duration more than 0
     * @return this builder
     */
    public Builder rampUp(Duration duration) {
      settings.rampNanos = Checks.positiveNanos("rampUp", duration);
      return this;
    }

    /**
     * Sets a signal that reads from a result for how long to open the breaker at once, such as 429
     * with {@code Retry-After}. The breaker opens for the time that the signal returns, at most one
     * hour. The result counts like any other. The signal is asked after a call in a pipeline that
     * ran to its end, if the result of the call still counts. A throw of the signal is counted, and
     * the result is judged like any other. Default: no signal.
     *
     * @param signal thread-safe, does not block
     * @return this builder
     */
    public Builder openOn(BreakerSignal signal) {
      settings.signal = Objects.requireNonNull(signal, "signal");
      return this;
    }

    /**
     * Sets the mode in which the breaker starts. Default {@link BreakerMode#AUTOMATIC}.
     *
     * @param mode the first mode; {@link CircuitBreaker#switchTo} changes it
     * @return this builder
     */
    public Builder mode(BreakerMode mode) {
      settings.first = mode.state;
      return this;
    }

    /**
     * Sets the classifier that decides which results count as failures. Default: every exception is
     * a failure.
     *
     * @param classifier asked after every call that ran to its end
     * @return this builder
     */
    public Builder classifier(Classifier classifier) {
      settings.classifier = Objects.requireNonNull(classifier, "classifier");
      return this;
    }

    /**
     * Sets a listener for changes of state. The listener hears of the changes in their order, one
     * at a time, after each change, on a thread whose call changes the state, or on one of {@link
     * TimeSource#handOver}: the latter if a timer or a released permit leads to a change and no
     * thread tells yet. It should be short. A throw is counted. Default: no listener.
     *
     * @param listener takes the old and the new state
     * @return this builder
     */
    public Builder onStateChange(BiConsumer<BreakerState, BreakerState> listener) {
      Objects.requireNonNull(listener, "listener");
      settings.listener = listener::accept;
      return this;
    }

    /**
     * Sets the time source. Default {@link TimeSource#system()}.
     *
     * @param time the same for all policies of a pipeline
     * @return this builder
     */
    public Builder timeSource(TimeSource time) {
      settings.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the source of the jitter of {@link #openFor(Backoff)}. Default: a generator seeded by
     * the clock and the name.
     *
     * @param random thread-safe
     * @return this builder
     */
    public Builder random(RandomGenerator random) {
      settings.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Sets the telemetry that receives the state and the counters of the breaker. Default: none.
     *
     * @param telemetry keeps the breaker reachable, so build a breaker once, not per call
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      settings.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the breaker. It is closed unless {@link #mode} sets another mode.
     *
     * @return a new breaker
     * @throws IllegalArgumentException if two settings exclude each other
     */
    public CircuitBreaker build() {
      return new CircuitBreaker(settings);
    }
  }
}
