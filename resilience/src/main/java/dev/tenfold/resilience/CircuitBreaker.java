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

/**
 * Stops calling a backend that keeps failing, and finds out with a few probes when it is well
 * again.
 *
 * <pre>{@code
 * var breaker = CircuitBreaker.builder("payments")
 *     .failureRate(0.5).window(Duration.ofSeconds(30)).minimumCalls(20)
 *     .openFor(Duration.ofSeconds(10))
 *     .build();
 * var pipeline = Pipeline.of("payments", breaker, Timeout.of(Duration.ofSeconds(1)));
 * }</pre>
 *
 * <p>Closed, it counts successes and failures in a {@link FailureWindow}. When a threshold is
 * reached it opens and refuses everything for a while. The first call after that finds it half-open
 * and is let in as a probe; a few probes decide whether it closes or opens again, for longer. It
 * also opens at the word of a backend ({@link Builder#openOn}) or an operator ({@link #openNow}),
 * and {@link #switchTo} takes the decision out of its hands.
 *
 * <p><b>Guaranteed.</b> A result counts only in the episode (the stretch between two changes of
 * state) in which its call was let in: a late success does not close an open breaker, a late
 * failure does not open one that has recovered. A half-open episode never has more probes out than
 * configured. {@link Verdict#IGNORED} and {@link Verdict#ABANDONED} give a place back and count for
 * nothing; only they can prolong half-open while calls come. A probe whose lease is over stands for
 * a failed one until it returns: if all that are out are overdue, or too few are left to succeed,
 * the next call opens the breaker again. There is no timer: {@link #state} is computed from the
 * clock, and a mode that was switched to ends only by another switch.
 *
 * <p><b>Not guaranteed.</b> Other processes know nothing of this breaker's state. Under concurrency
 * a few calls more than the threshold needs may fail before the state changes. A refusal says when
 * to come back only while the breaker is open: a probe may end, or a ramp let somebody in, at any
 * moment.
 *
 * <p>Thread-safe. Closed, entering is one volatile read, leaving another and one atomic add,
 * without lock or allocation; a failure costs a few adds more, half-open takes a short lock. The
 * time window needs the clock at a call's end, slow calls at both ends, others not at all. An idle
 * one takes 600 bytes at most; the last 100 calls 300 more per processor once threads have met.
 */
public final class CircuitBreaker extends PipelineGate implements Gate {

  private final int needs;
  private final BreakerStateMachine stateMachine;
  private final @Nullable BreakerJudge judge;
  private final BreakerTelemetry telemetry;
  private final UserCodeFaults faults;

  private CircuitBreaker(BreakerSettings settings) {
    Supplier<FailureWindow> windows = settings.windows();
    FailureWindow first = Objects.requireNonNull(windows.get(), "window");
    this.needs = first.needs() | (settings.slowNanos > 0 ? DURATION : 0);
    this.faults = new UserCodeFaults(settings.telemetry, settings.name, "breaker");
    this.judge =
        settings.classifier == null && settings.signal == null
            ? null
            : new BreakerJudge(settings.classifier, settings.signal, faults);
    this.telemetry = new BreakerTelemetry(settings, faults);
    this.stateMachine = new BreakerStateMachine(settings, windows, first, faults, telemetry);
    telemetry.register(stateMachine);
  }

  /**
   * Starts a breaker.
   *
   * @param name who this is, in messages, refusals and telemetry; not empty
   * @return a builder with the defaults its setters name
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
  String reason() {
    return "CircuitBreaker refused the call";
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

  /** Whether a new one would do as well, if it has not been asked for long. */
  boolean idle() {
    return stateMachine.asBuilt() || stateMachine.lapsed();
  }

  /**
   * Opens now for so long, or from now on for so long if it is open: a deployment is under way, an
   * alarm went off. After that probes decide as always. Only {@link BreakerMode#AUTOMATIC}: another
   * mode holds until it is switched.
   *
   * @param duration more than 0; at most about 146 years
   * @return whether it is open now; false in another mode
   * @throws IllegalArgumentException if the duration is not positive
   */
  public boolean openNow(Duration duration) {
    return stateMachine.openFor(Checks.positiveNanos("openNow", duration));
  }

  /**
   * Changes who decides. Begins anew: results of calls let in before do not count after, and back
   * in {@link BreakerMode#AUTOMATIC} the breaker is closed and remembers nothing. Nothing but
   * another switch ends the other modes. A switch to the mode it is in changes nothing.
   *
   * @param mode who decides from now on
   */
  public void switchTo(BreakerMode mode) {
    stateMachine.switchTo(mode.state);
  }

  /**
   * Returns the state, computed from the clock: an open breaker whose time is up is half-open,
   * whether or not a call has come since.
   *
   * @return the state now
   */
  public BreakerState state() {
    return stateMachine.state();
  }

  /**
   * Returns the counters.
   *
   * @return what was counted so far, read one after the other while calls go on
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
     * Opens when this part of the calls in the window failed. Default 0.5.
     *
     * @param rate above 0, up to 1
     * @return this
     */
    public Builder failureRate(double rate) {
      settings.failureRate = Checks.ratio("failureRate", rate);
      return this;
    }

    /**
     * Remembers the calls of the last so much time, in ten slices. Default 30 s.
     *
     * @param length at least 10 ms
     * @return this
     */
    public Builder window(Duration length) {
      if (length.compareTo(Duration.ofMillis(10)) < 0) {
        throw new IllegalArgumentException("window " + length + " is shorter than 10 ms");
      }
      settings.window = length;
      return this;
    }

    /**
     * Remembers exactly the last so many calls instead, and needs no clock. While none of them
     * failed or was slow, threads write nothing in common: the window for many threads.
     *
     * @param calls 1 to 1,048,576
     * @return this
     */
    public Builder window(int calls) {
      settings.windowCalls = Checks.range(1, CountWindow.MOST, "window of calls", calls);
      return this;
    }

    /**
     * Decides by a window of your own instead. Excludes every other setting of what opens the
     * breaker, except {@link #slowCalls}, whose rate the window then decides itself.
     *
     * @param windows returns a new window; called at build time and whenever the breaker closes
     * @return this
     */
    public Builder window(Supplier<FailureWindow> windows) {
      settings.customWindow = Objects.requireNonNull(windows, "windows");
      return this;
    }

    /**
     * Does not open before the window holds this many calls. Default 20, or the size of a smaller
     * {@link #window(int)}.
     *
     * @param calls 1 or more; at most the size of a {@link #window(int)}
     * @return this
     */
    public Builder minimumCalls(int calls) {
      settings.minimumCalls = Checks.atLeast(1, "minimumCalls", calls);
      return this;
    }

    /**
     * Opens after this many failures in a row instead, whatever the rate. Excludes {@link
     * #failureRate}, {@link #window(Duration) window}, {@link #minimumCalls} and {@link
     * #slowCalls}.
     *
     * @param failures 1 or more
     * @return this
     */
    public Builder consecutiveFailures(int failures) {
      settings.consecutiveFailures = Checks.atLeast(1, "consecutiveFailures", failures);
      return this;
    }

    /**
     * Opens also when this part of the calls took so long or longer, failed or not; a slow probe is
     * a failed probe. Default: slow calls are not watched.
     *
     * @param duration from when a call is slow; more than 0
     * @param rate above 0, up to 1
     * @return this
     */
    public Builder slowCalls(Duration duration, double rate) {
      settings.slowNanos = Checks.positiveNanos("slowCalls", duration);
      settings.slowRate = Checks.ratio("slowCalls rate", rate);
      return this;
    }

    /**
     * Stays open so long every time.
     *
     * @param duration more than 0
     * @return this
     */
    public Builder openFor(Duration duration) {
      Checks.positiveNanos("openFor", duration);
      return openFor(Backoff.constant(duration));
    }

    /**
     * Stays open longer every time the probes fail. Default: 10 s doubling up to 5 min, equal
     * jitter.
     *
     * @param backoff asked with the number of openings since the breaker was last closed; if it
     *     throws, that is counted and the breaker stays open for 10 s
     * @return this
     */
    public Builder openFor(Backoff backoff) {
      settings.openFor = Objects.requireNonNull(backoff, "backoff");
      return this;
    }

    /**
     * Decides by so many probes whether to close. Default 5.
     *
     * @param count 1 to 1,000
     * @return this
     */
    public Builder probes(int count) {
      settings.probes = Checks.range(1, 1_000, "probes", count);
      return this;
    }

    /**
     * Closes when this part of the probes succeeded. Default 0.8: four of five.
     *
     * @param rate above 0, up to 1
     * @return this
     */
    public Builder probeSuccessRate(double rate) {
      settings.probeSuccessRate = Checks.ratio("probeSuccessRate", rate);
      return this;
    }

    /**
     * Gives a probe so long before it stands for a failed one. Make it longer than the timeout of
     * the call. Default 10 s.
     *
     * @param lease more than 0
     * @return this
     */
    public Builder probeLease(Duration lease) {
      settings.leaseNanos = Checks.positiveNanos("probeLease", lease);
      return this;
    }

    /**
     * Lets only a part of the calls in after the probes have succeeded: 25 % at first, growing
     * evenly to all of them within so long, every so many-th call and none by chance. They are
     * counted in a new window, and enough failures open the breaker as always, for longer than
     * before. Refused calls are not told when to come back: the next may be let in, and if all came
     * when the ramp ends it would be none. Default: none, because a ramp refuses calls of a healthy
     * backend; costs nothing once it is over.
     *
     * @param duration more than 0
     * @return this
     */
    public Builder rampUp(Duration duration) {
      settings.rampNanos = Checks.positiveNanos("rampUp", duration);
      return this;
    }

    /**
     * Opens at once when a result asks for it, such as 429 with {@code Retry-After}, for as long as
     * it says but at most an hour: the word of a backend is no reason to stay away for days. The
     * result is counted like any other. Asked after calls that ran to their end in a pipeline, and
     * only while their result still counts. If it throws, that is counted and the result judged
     * like any other. Default: results are only judged.
     *
     * <pre>{@code
     * .openOn((value, error) ->
     *     value instanceof Response r && r.status() == 429 ? r.retryAfter() : null)
     * }</pre>
     *
     * @param signal thread-safe, does not block
     * @return this
     */
    public Builder openOn(BreakerSignal signal) {
      settings.signal = Objects.requireNonNull(signal, "signal");
      return this;
    }

    /**
     * Says who decides at first. Default {@link BreakerMode#AUTOMATIC}.
     *
     * @param mode may be changed by {@link CircuitBreaker#switchTo}
     * @return this
     */
    public Builder mode(BreakerMode mode) {
      settings.first = mode.state;
      return this;
    }

    /**
     * Says what counts as a failure. Default: every exception.
     *
     * <pre>{@code
     * .classifier((value, error) ->
     *     value instanceof Response r && r.status() >= 500 ? Verdict.FAILURE : null)
     * }</pre>
     *
     * @param classifier asked after every call that ran to its end
     * @return this
     */
    public Builder classifier(Classifier classifier) {
      settings.classifier = Objects.requireNonNull(classifier, "classifier");
      return this;
    }

    /**
     * Hears about changes of state, old and new. Called after the change on the thread whose call
     * caused it, so keep it short; under concurrency two changes may be heard out of order. If it
     * throws, that is counted and the call goes on. Default: nobody.
     *
     * @param listener takes the old and the new state
     * @return this
     */
    public Builder onStateChange(BiConsumer<BreakerState, BreakerState> listener) {
      Objects.requireNonNull(listener, "listener");
      settings.listener = listener::accept;
      return this;
    }

    /**
     * Measures by this clock. Default: the system's.
     *
     * @param time shared by all policies of a pipeline
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      settings.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Draws the jitter of {@link #openFor(Backoff)} from here. Default: seeded by the clock.
     *
     * @param random thread-safe
     * @return this
     */
    public Builder random(RandomGenerator random) {
      settings.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Reports state and counters here, for as long as the telemetry lives. Default: nowhere.
     *
     * @param telemetry where to
     * @return this
     */
    public Builder telemetry(Telemetry telemetry) {
      settings.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the breaker, closed unless {@link #mode} says otherwise.
     *
     * @return a new breaker
     * @throws IllegalArgumentException if two settings exclude each other
     */
    public CircuitBreaker build() {
      return new CircuitBreaker(settings);
    }
  }
}
