// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Tags;
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
 * and is let in as a probe; a few probes decide whether it closes or opens again, for longer.
 *
 * <p><b>Guaranteed.</b> A result counts only in the episode (the stretch between two changes of
 * state) in which its call was let in: a late success does not close an open breaker, a late
 * failure does not open one that has recovered. No more probes are out at once than configured,
 * overdue ones aside. {@link Verdict#IGNORED} and {@link Verdict#ABANDONED} give a probe's place
 * back and count for nothing. A probe that never returns loses its place after a lease, so
 * half-open cannot last for ever while calls come: it offers a place again one lease after the last
 * probe at the latest, and if all probes are overdue it opens again. There is no timer: {@link
 * #state} is computed from the clock.
 *
 * <p><b>Not guaranteed.</b> Other processes know nothing of this breaker's state. Under concurrency
 * a few calls more than the threshold needs may fail before the state changes.
 *
 * <p>Thread-safe. Closed, entering is one volatile read and leaving a few atomic adds, without lock
 * or allocation; half-open takes a short lock.
 */
public final class CircuitBreaker implements Gate {

  /** Whether calls are let in. */
  public enum State {
    /** Every call is let in and counted. */
    CLOSED,
    /** A few probes are let in and decide. */
    HALF_OPEN,
    /** Every call is refused. */
    OPEN
  }

  private final String name;
  private final TimeSource time;
  private final int needs;
  private final Episodes episodes;
  private final @Nullable Classifier classifier;
  private final @Nullable BiConsumer<State, State> listener;
  private final Telemetry telemetry;
  private final Tags tags;
  private final Faults faults;

  private CircuitBreaker(Builder builder, Supplier<FailureWindow> windows) {
    this.name = builder.name;
    this.time = builder.time;
    this.classifier = builder.classifier;
    this.listener = builder.listener;
    this.telemetry = builder.telemetry;
    this.tags = Tags.of("name", name);
    this.faults = new Faults(telemetry, name, "breaker");
    FailureWindow first = windows.get();
    this.needs = first.needs() | (builder.slowNanos > 0 ? DURATION : 0);
    double share = builder.probes * builder.probeSuccessRate;
    int probesNeeded = Math.max(1, (int) Math.ceil(share - 1e-9));
    this.episodes =
        new Episodes(
            time,
            new Episodes.Windows(windows, first, builder.slowNanos),
            new Episodes.Opening(builder.openFor, Jitter.source(builder.random, name, time)),
            () -> new Probes(builder.probes, probesNeeded, builder.leaseNanos),
            faults,
            this::changed);
    telemetry.gauge("tenfold.resilience.breaker.state", tags, () -> episodes.phase().code);
    telemetry.counter("tenfold.resilience.breaker.successes", tags, episodes.successes::sum);
    telemetry.counter("tenfold.resilience.breaker.failures", tags, episodes.failures::get);
    telemetry.counter("tenfold.resilience.breaker.slow", tags, episodes.slowCalls::get);
    telemetry.counter("tenfold.resilience.breaker.refused", tags, episodes.refused::get);
    telemetry.counter("tenfold.resilience.breaker.opened", tags, episodes.opened::get);
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
    return name;
  }

  @Override
  public TimeSource timeSource() {
    return time;
  }

  @Override
  public int needs() {
    return needs;
  }

  @Override
  public long enter(long nowNanos) {
    return episodes.enter();
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    episodes.exit(permit, beganNanos, nowNanos, verdict);
  }

  private void changed(Episodes.Phase from, Episodes.Phase to) {
    telemetry.event("tenfold.resilience.breaker." + to.text, tags);
    if (listener != null) {
      listener.accept(state(from), state(to));
    }
  }

  private static State state(Episodes.Phase phase) {
    return switch (phase) {
      case CLOSED -> State.CLOSED;
      case HALF_OPEN -> State.HALF_OPEN;
      case OPEN -> State.OPEN;
    };
  }

  @Override
  public @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    if (classifier == null) {
      return null;
    }
    try {
      return classifier.classify(value, error);
    } catch (Throwable fault) {
      faults.report("classifier", fault);
      return null;
    }
  }

  @Override
  public long retryAfterNanos(long nowNanos) {
    return episodes.retryAfterNanos(nowNanos);
  }

  /**
   * Returns the state, computed from the clock: an open breaker whose time is up is half-open,
   * whether or not a call has come since.
   *
   * @return the state now
   */
  public State state() {
    return state(episodes.phase());
  }

  /**
   * Returns the counters.
   *
   * @return what was counted so far, read one after the other while calls go on
   */
  public Counts counts() {
    return episodes.counts(Counts::new, faults.count());
  }

  /**
   * What a breaker has counted, in all states; late and ignored results do not count.
   *
   * @param windowCalls calls the window remembers; 0 unless closed
   * @param windowFailures remembered calls that failed; 0 unless closed
   * @param windowSlow remembered calls that were slow; 0 unless closed
   * @param successes calls that succeeded, since the breaker was built
   * @param failures calls that failed
   * @param slow calls that were slow; 0 if slow calls are not watched
   * @param refused calls that were not let in
   * @param opened how often the breaker opened
   * @param late results that came after the episode of their call and were dropped
   * @param faults how often a classifier, listener, backoff or window threw
   */
  public record Counts(
      long windowCalls,
      long windowFailures,
      long windowSlow,
      long successes,
      long failures,
      long slow,
      long refused,
      long opened,
      long late,
      long faults) {}

  @Override
  public String toString() {
    return "CircuitBreaker[" + name + ", " + state() + "]";
  }

  /** Builds a breaker. Not thread-safe. */
  public static final class Builder {
    private static final double UNSET = -1;

    private final String name;
    private double failureRate = UNSET;
    private @Nullable Duration window;
    private int windowCalls;
    private @Nullable Supplier<FailureWindow> customWindow;
    private int minimumCalls;
    private int consecutiveFailures;
    private long slowNanos;
    private double slowRate = 2;
    private Backoff openFor =
        Backoff.exponential(Duration.ofSeconds(10), Duration.ofMinutes(5)).equalJitter();
    private int probes = 5;
    private double probeSuccessRate = 0.8;
    private long leaseNanos = Duration.ofSeconds(10).toNanos();
    private @Nullable Classifier classifier;
    private @Nullable BiConsumer<State, State> listener;
    private TimeSource time = TimeSource.system();
    private @Nullable RandomGenerator random;
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name) {
      this.name = Checks.name("circuit breaker", name);
    }

    /**
     * Opens when this part of the calls in the window failed. Default 0.5.
     *
     * @param rate above 0, up to 1
     * @return this
     */
    public Builder failureRate(double rate) {
      this.failureRate = Checks.rate("failureRate", rate);
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
      this.window = length;
      return this;
    }

    /**
     * Remembers exactly the last so many calls instead. All calls share one counter; the time
     * window scales better.
     *
     * @param calls 1 to 1,048,576
     * @return this
     */
    public Builder window(int calls) {
      this.windowCalls = Checks.within(1, CountWindow.MOST, "window of calls", calls);
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
      this.customWindow = Objects.requireNonNull(windows, "windows");
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
      this.minimumCalls = Checks.atLeast(1, "minimumCalls", calls);
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
      this.consecutiveFailures = Checks.atLeast(1, "consecutiveFailures", failures);
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
      this.slowNanos = Checks.positive("slowCalls", duration);
      this.slowRate = Checks.rate("slowCalls rate", rate);
      return this;
    }

    /**
     * Stays open so long every time.
     *
     * @param duration more than 0
     * @return this
     */
    public Builder openFor(Duration duration) {
      Checks.positive("openFor", duration);
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
      this.openFor = Objects.requireNonNull(backoff, "backoff");
      return this;
    }

    /**
     * Decides by so many probes whether to close. Default 5.
     *
     * @param count 1 to 1,000
     * @return this
     */
    public Builder probes(int count) {
      this.probes = Checks.within(1, 1_000, "probes", count);
      return this;
    }

    /**
     * Closes when this part of the probes succeeded. Default 0.8: four of five.
     *
     * @param rate above 0, up to 1
     * @return this
     */
    public Builder probeSuccessRate(double rate) {
      this.probeSuccessRate = Checks.rate("probeSuccessRate", rate);
      return this;
    }

    /**
     * Gives a probe so long before its place is offered again. Make it longer than the timeout of
     * the call. Default 10 s.
     *
     * @param lease more than 0
     * @return this
     */
    public Builder probeLease(Duration lease) {
      this.leaseNanos = Checks.positive("probeLease", lease);
      return this;
    }

    /**
     * Says what counts as a failure. Default: every exception.
     *
     * @param classifier asked after every call that ran to its end
     * @return this
     */
    public Builder classifier(Classifier classifier) {
      this.classifier = Objects.requireNonNull(classifier, "classifier");
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
    public Builder onStateChange(BiConsumer<State, State> listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Measures by this clock. Default: the system's.
     *
     * @param time shared by all policies of a pipeline
     * @return this
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Draws the jitter of {@link #openFor(Backoff)} from here. Default: seeded by the clock.
     *
     * @param random thread-safe
     * @return this
     */
    public Builder random(RandomGenerator random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Reports state and counters here, for as long as the telemetry lives. Default: nowhere.
     *
     * @param telemetry where to
     * @return this
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the breaker, closed.
     *
     * @return a new breaker
     * @throws IllegalArgumentException if two settings exclude each other
     */
    public CircuitBreaker build() {
      if (consecutiveFailures > 0) {
        String by = "consecutiveFailures(" + consecutiveFailures + ")";
        refuseRates(by);
        refuse(slowNanos > 0, "slowCalls", by);
        refuse(customWindow != null, "window(Supplier)", by);
        int most = consecutiveFailures;
        return new CircuitBreaker(this, () -> new FailureStreak(most));
      }
      if (customWindow != null) {
        refuseRates("window(Supplier)");
        return new CircuitBreaker(this, customWindow);
      }
      double rate = failureRate == UNSET ? 0.5 : failureRate;
      if (windowCalls > 0) {
        refuse(window != null, "window(" + window + ")", "window(" + windowCalls + ")");
        refuse(
            minimumCalls > windowCalls,
            "minimumCalls(" + minimumCalls + ")",
            "window(" + windowCalls + "), which never holds that many calls,");
        int size = windowCalls;
        int least = minimumCalls == 0 ? Math.min(20, size) : minimumCalls;
        var threshold = new Threshold(rate, slowRate, least);
        return new CircuitBreaker(this, () -> new CountWindow(threshold, size));
      }
      Threshold threshold = new Threshold(rate, slowRate, minimumCalls == 0 ? 20 : minimumCalls);
      long length = Checks.saturated(window == null ? Duration.ofSeconds(30) : window);
      TimeSource clock = time;
      return new CircuitBreaker(this, () -> new TimeWindow(threshold, clock.nanoTime(), length));
    }

    private void refuseRates(String by) {
      refuse(failureRate != UNSET, "failureRate(" + failureRate + ")", by);
      refuse(window != null, "window(" + window + ")", by);
      refuse(windowCalls > 0, "window(" + windowCalls + ")", by);
      refuse(minimumCalls > 0, "minimumCalls(" + minimumCalls + ")", by);
    }

    private void refuse(boolean both, String one, String other) {
      if (both) {
        throw new IllegalArgumentException(
            "circuit breaker " + name + ": " + one + " and " + other + " exclude each other");
      }
    }
  }
}
