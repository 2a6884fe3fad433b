// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call that takes too long with a {@link CallTimeoutException}.
 *
 * <pre>{@code
 * Pipeline.of("payments", retry, breaker, Timeout.of(Duration.ofSeconds(1)));   // 1 s per attempt
 * }</pre>
 *
 * <p>The timeout covers everything further in: the call, and the waiting of policies inside it. A
 * reservation or backoff inside it that would outlast the timeout is not begun.
 *
 * <p>The timeout is clipped to the {@link dev.tenfold.core.Deadline} of the caller. If the deadline
 * has passed, the call is refused ({@link RefusalKind#DEADLINE_ENDED}). If the deadline ends the
 * call before the timeout's own duration is over ({@link CallTimeoutException#deadlineEnded}), the
 * verdict depends on how long the attempt ran. At least half of the timeout's duration, or of the
 * {@link CircuitBreaker.Builder#slowCalls slow-call limit} of a breaker if that is shorter, is a
 * {@link Verdict#FAILURE}. Less is {@link Verdict#ABANDONED}: the backend might have answered in
 * time. A backend whose callers all leave less cannot be judged: no timeout then opens a breaker.
 * Fired timeouts and ended deadlines are counted apart ({@link #fired}, {@link #deadlinesEnded}).
 *
 * <p>A blocking call is interrupted. <b>Guaranteed:</b> the interrupt never arrives after the call
 * has completed, and is not left behind. <b>Not guaranteed:</b> that code which ignores interrupts
 * stops; the caller waits for it, and then gets the exception. An interrupt by somebody else that
 * comes while the call is ending, before or after the firing, cannot be told apart and is consumed
 * with it. A pipeline does not know of one that its code calls: if the outer timeout fires while
 * code is still ending because of the inner one, the inner pipeline consumes both interrupts, and
 * the outer call ends with its exception, but only when its code does. Give the outer call a {@link
 * dev.tenfold.core.Deadline} instead of a timeout: that, both know.
 *
 * <p>An asynchronous call completes at once, and the inner future is cancelled. Work behind a
 * future that ignores cancellation goes on.
 *
 * <p>Thread-safe. One timer per call, forgotten when the call ends: what is retained is
 * proportional to the calls in flight.
 */
public final class Timeout implements Policy {
  private final String name;
  private final long nanos;
  private final TimeSource time;
  private final AtomicLong fired = new AtomicLong();
  private final AtomicLong deadlines = new AtomicLong();

  private Timeout(Builder builder) {
    this.name = builder.name;
    this.nanos = builder.nanos;
    this.time = builder.time;
    Telemetry telemetry = Registrations.noted(builder.telemetry);
    Tags tags = Tags.of("name", name);
    telemetry.counter("tenfold.resilience.timeout.fired", tags, fired::get);
    telemetry.counter("tenfold.resilience.timeout.deadlines", tags, deadlines::get);
  }

  /**
   * Returns a timeout by the system's clock.
   *
   * @param duration more than 0
   * @return the timeout, named "timeout"
   * @throws IllegalArgumentException if the duration is not positive
   */
  public static Timeout of(Duration duration) {
    return builder("timeout", duration).build();
  }

  /**
   * Starts a timeout.
   *
   * @param name who this is, in telemetry; not empty
   * @param duration more than 0
   * @return a builder with the defaults its setters name
   * @throws IllegalArgumentException if the duration is not positive or the name is empty
   */
  public static Builder builder(String name, Duration duration) {
    return new Builder(name, duration);
  }

  @Override
  public TimeSource timeSource() {
    return time;
  }

  /**
   * Returns who this is.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns how long a call is given.
   *
   * @return more than 0
   */
  public Duration duration() {
    return Duration.ofNanos(nanos);
  }

  /**
   * Returns the calls that this timeout ended after its own duration.
   *
   * @return the number so far
   */
  public long fired() {
    return fired.get();
  }

  /**
   * Returns the calls that this timeout ended at the deadline of the caller, before its own
   * duration was over.
   *
   * @return the number so far
   */
  public long deadlinesEnded() {
    return deadlines.get();
  }

  long nanos() {
    return nanos;
  }

  /** Returns the refusal of a call whose deadline had passed before this timeout was armed. */
  RejectedException refusal() {
    return new RejectedException(name, RefusalKind.DEADLINE_ENDED, -1);
  }

  /** Returns the same refusal as an outcome. */
  Outcome<Object> rejected() {
    return new Outcome.Rejected<>(name, RefusalKind.DEADLINE_ENDED, -1, null);
  }

  /** Counts a call that was ended by its own duration or by the deadline. */
  void countEnded(@Nullable Throwable end) {
    boolean byDeadline = end instanceof CallTimeoutException timeout && timeout.deadlineEnded();
    (byDeadline ? deadlines : fired).getAndIncrement();
  }

  @Override
  public String toString() {
    return "Timeout[" + name + ", " + duration() + "]";
  }

  /** Builds a timeout. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final long nanos;
    private TimeSource time = TimeSource.system();
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name, Duration duration) {
      this.name = Checks.name("timeout", name);
      this.nanos = Checks.positiveNanos("timeout", duration);
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
     * Reports the counter here, for as long as the telemetry lives. Default: nowhere.
     *
     * @param telemetry where to
     * @return this
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the timeout.
     *
     * @return a new timeout
     */
    public Timeout build() {
      return new Timeout(this);
    }
  }
}
