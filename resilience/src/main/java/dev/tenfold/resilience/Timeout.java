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

/**
 * A timeout: it ends a call that takes too long with a {@link CallTimeoutException}.
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
 * verdict depends on how long the attempt ran; waits for permits do not count. At least half of the
 * duration of the shortest timeout around the attempt, or of the {@link
 * CircuitBreaker.Builder#slowCalls slow-call limit} of a breaker if that is shorter, is a {@link
 * Verdict#FAILURE}. Less is {@link Verdict#ABANDONED}: the backend might have answered in time. A
 * backend whose callers all leave less cannot be judged: no timeout then opens a breaker. Fired
 * timeouts and ended deadlines are counted apart ({@link #fired}, {@link #deadlinesEnded}).
 *
 * <p>If the deadline ends before the call has begun, because the call waits for a permit or for a
 * thread, the call is refused ({@link RefusalKind#DEADLINE_ENDED}). If a later attempt waits, the
 * call is refused or times out: that depends on which timer comes first.
 *
 * <p>A timeout interrupts the thread of a blocking call. It completes an asynchronous call at once
 * and cancels the inner future.
 *
 * <p><b>Guarantees.</b> The interrupt of a timeout never arrives after the call has completed, and
 * the interrupt flag is not left set by it.
 *
 * <p><b>No guarantees.</b> Code that ignores interrupts is not stopped: the caller waits for the
 * code, and then gets the exception. Work behind a future that ignores cancellation goes on. An
 * interrupt from elsewhere that arrives while the call ends cannot be told apart from the interrupt
 * of the timeout, and is consumed with it. A pipeline does not know a pipeline that its code calls:
 * if the outer timeout fires while the code still ends because of the inner timeout, the inner
 * pipeline consumes both interrupts, and the outer call ends only with its code. A {@link
 * dev.tenfold.core.Deadline} in place of the outer timeout is known to both pipelines.
 *
 * <p>Thread-safe. A call has one timer, which is forgotten when the call ends: memory is
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
   * Returns a timeout with the system's time source.
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
   * @param name the name in messages, refusals and telemetry; not empty
   * @param duration more than 0
   * @return a builder with the defaults that its setters name
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
   * Returns the name of the timeout.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the duration of the timeout.
   *
   * @return more than 0
   */
  public Duration duration() {
    return Duration.ofNanos(nanos);
  }

  /**
   * Returns the number of calls that this timeout ended after its own duration.
   *
   * @return the number so far
   */
  public long fired() {
    return fired.get();
  }

  /**
   * Returns the number of calls that this timeout ended at the deadline of the caller, before its
   * own duration was over.
   *
   * @return the number so far
   */
  public long deadlinesEnded() {
    return deadlines.get();
  }

  long nanos() {
    return nanos;
  }

  /** Returns the refusal of a call whose deadline has ended before the call began. */
  RejectedException refusal() {
    return new RejectedException(name, RefusalKind.DEADLINE_ENDED, -1);
  }

  /** Returns the same refusal as an outcome. */
  Outcome<Object> rejected() {
    return new Outcome.Rejected<>(name, RefusalKind.DEADLINE_ENDED, -1, null);
  }

  /** Counts a call that was ended by its own duration or by the deadline. */
  void countEnded(boolean byDeadline) {
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
     * Sets the telemetry that receives the counters of fired timeouts and ended deadlines. Default:
     * none.
     *
     * @param telemetry keeps the timeout reachable, so build a timeout once, not per call
     * @return this builder
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
