// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * Why no period sees more than burst + rate * length. In units of the PermitClock: a permit taken at time
 * a finds the arrival time x, sets it to x' = max(x, a) + cost, and may begin at s = max(a, x' - burst).
 * Let i be the first and j the last, in the order of taking, of the permits that begin within [from, to].
 * Arrival times grow by at least the cost of each permit in between, so the costs of i to j add up to at most
 * x'(j) - (x'(i) - cost(i)). The first term is at most to + burst, because j begins at or after x'(j) - burst.
 * The second term is at least from: it is at least a(i) and, because cost <= burst, at least x'(i) - burst;
 * and i begins at the later of these two times. The reading of the clock adds less than one unit.
 *
 * Why handing back keeps that bound. A reservation is handed back only if the arrival time is still the one that
 * the reservation set: no permit was taken after it, or all such permits were handed back before. The remaining
 * permits are those of an order without the reservation. If a later reservation existed, its call would begin at
 * the time it was told, and a new call could be given the same time.
 */
/**
 * A rate limiter: it grants permits at a rate, and a burst of permits after a pause, so that a
 * backend or a quota is never asked for more than it allows.
 *
 * <pre>{@code
 * var limiter = RateLimiter.builder("geocoder", 100, Duration.ofSeconds(1)).burst(20).build();
 * Pipeline pipeline = Pipeline.of("geocoder", limiter);
 * if (limiter.tryAcquire(5)) { ... }                              // without a pipeline
 * Pipeline bulk = Pipeline.of("geocoder-bulk", limiter.weighing(10));   // the same rate
 * }</pre>
 *
 * <p>With {@code maxWait} a call that arrives too early reserves the next free time and waits for
 * it: a blocking call sleeps, an asynchronous call waits without a thread. The length of the wait
 * is known in advance, so a call is refused at once if its {@link dev.tenfold.core.Deadline} or a
 * {@link Timeout} further out ends sooner. The pipeline does the waiting; the limiter never blocks.
 *
 * <p><b>Guarantees.</b> In any period t, at most {@code burst + rate × t} permits are granted (plus
 * the permits of one nanosecond), if calls begin at the time they were told and the clock is
 * monotonic. There are no fixed windows, at whose border twice the rate could pass. Permits are
 * granted in the order of arrival. The rate is exact: fractions of nanoseconds are not rounded.
 *
 * <p><b>No guarantees.</b> Processes share nothing. A granted permit is spent, even if a policy
 * further in refuses the call; if such a call shall not spend a permit, place the limiter further
 * in. A reservation whose wait ends early (interrupt, cancellation, deadline, timeout) is handed
 * back if no later reservation exists; otherwise its time passes unused.
 *
 * <p>Thread-safe, without locks. A permit costs one reading of the clock, shared with the other
 * policies of a pipeline, and one atomic operation, and allocates nothing. The state is one number:
 * an idle limiter costs nothing, and no timer refills it.
 *
 * <p>The algorithm is the generic cell rate algorithm (ITU-T I.371, annex A; ATM Forum Traffic
 * Management 4.0): a leaky bucket as a meter, by its theoretical arrival time.
 */
public final class RateLimiter extends PipelineGate implements Gate {
  private final String name;
  private final TimeSource time;
  private final PermitClock clock;
  private final int burst;
  private final long burstUnits;
  private final long maxWaitNanos;
  private final int weight;
  private final long cost;

  /**
   * The theoretical arrival time in units of the {@link PermitClock}. In the past, the whole burst
   * is available.
   */
  private final AtomicLong arrival;

  private final AtomicLong refused;
  private final AtomicLong waited;

  private RateLimiter(Builder builder, PermitClock clock, int burst) {
    this.name = builder.name;
    this.time = builder.time;
    this.clock = clock;
    this.burst = burst;
    this.burstUnits = burst * clock.permit;
    this.maxWaitNanos = builder.maxWaitNanos;
    this.weight = 1;
    this.cost = clock.permit;
    this.arrival = new AtomicLong();
    this.refused = new AtomicLong();
    this.waited = new AtomicLong();
    Tags tags = Tags.of("name", name);
    Telemetry telemetry = Registrations.noted(builder.telemetry);
    telemetry.gauge("tenfold.resilience.ratelimiter.available", tags, this::available);
    telemetry.counter("tenfold.resilience.ratelimiter.refused", tags, this::refused);
    telemetry.counter("tenfold.resilience.ratelimiter.waited", tags, this::waited);
  }

  private RateLimiter(RateLimiter same, int weight) {
    this.name = same.name;
    this.time = same.time;
    this.clock = same.clock;
    this.burst = same.burst;
    this.burstUnits = same.burstUnits;
    this.maxWaitNanos = same.maxWaitNanos;
    this.weight = weight;
    this.cost = weight * clock.permit;
    this.arrival = same.arrival;
    this.refused = same.refused;
    this.waited = same.waited;
  }

  /**
   * Starts a rate limiter.
   *
   * @param name the name in messages, refusals and telemetry; not empty
   * @param permits the number of permits per period; 1 or more
   * @param per the period; at least one nanosecond per permit, at most 36 years
   * @return a builder with the defaults that its setters name
   * @throws IllegalArgumentException if the name is empty, or permits or period are out of range
   */
  public static Builder builder(String name, int permits, Duration per) {
    return new Builder(name, permits, per);
  }

  /**
   * Returns a view of this limiter whose calls take several permits each. The view shares rate,
   * burst and counters with this limiter, so a pipeline accepts only one of the two.
   *
   * @param permits the permits of one call, from 1 to {@link #burst}
   * @return the view
   * @throws IllegalArgumentException if {@code permits} is out of range
   */
  public RateLimiter weighing(int permits) {
    return new RateLimiter(this, checked(permits));
  }

  // The condition stands here and in Checks: to compose the message costs more than a permit.
  private int checked(int permits) {
    return permits >= 1 && permits <= burst
        ? permits
        : Checks.range(1, burst, "permits at once of rate limiter \"" + name + '"', permits);
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
    return TIME_AT_ENTER;
  }

  @Override
  public long enter(long nowNanos) {
    long answer = admit(nowNanos);
    return Refusal.is(answer) ? REFUSED : answer;
  }

  /** {@inheritDoc} Does nothing: a granted permit is spent. */
  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {}

  @Override
  Gate gate() {
    return this;
  }

  @Override
  void exit(
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {}

  @Override
  long admit(long nowNanos) {
    long at = clock.at(nowNanos);
    long before = arrival.get();
    long after = Math.max(before, at) + cost;
    if (after - burstUnits <= at && arrival.compareAndSet(before, after)) {
      return 0;
    }
    return take(cost, maxWaitNanos, nowNanos); // a method of its own keeps the fast path small
  }

  private long take(long units, long longestNanos, long nowNanos) {
    long at = clock.at(nowNanos);
    while (true) {
      long before = arrival.get();
      long after = Math.max(before, at) + units;
      long wait = after - burstUnits <= at ? 0 : clock.nanosUntil(after - burstUnits, nowNanos);
      if (wait > longestNanos) {
        refused.getAndIncrement();
        return Refusal.of(
            longestNanos == 0 ? RefusalKind.RATE_LIMITED : RefusalKind.WAIT_TOO_LONG,
            wait - longestNanos);
      }
      if (arrival.compareAndSet(before, after)) {
        return wait == 0 ? 0 : waiting(wait);
      }
    }
  }

  private long waiting(long nanos) {
    waited.getAndIncrement();
    return -nanos;
  }

  /**
   * Takes back the reservation of a call that never began, unless a later reservation exists.
   *
   * @param reservation the answer of {@link #admit}
   * @param enteredNanos the time given to {@link #admit}
   */
  @Override
  void handBack(long reservation, long enteredNanos) {
    long after = arrival.get();
    if (clock.nanosUntil(after - burstUnits, enteredNanos) == -reservation) {
      arrival.compareAndSet(after, after - cost);
    }
  }

  @Override
  void countRefused() {
    refused.getAndIncrement();
  }

  @Override
  public long retryAfterNanos(long nowNanos) {
    long after = Math.max(arrival.get(), clock.at(nowNanos)) + cost;
    return Math.max(0, clock.nanosUntil(after - burstUnits, nowNanos) - maxWaitNanos);
  }

  /**
   * Takes permits if they are available now. For use without a pipeline. Allocates nothing.
   *
   * @param permits from 1 to {@link #burst}
   * @return true if the permits were taken; false if none was
   * @throws IllegalArgumentException if {@code permits} is out of range
   */
  public boolean tryAcquire(int permits) {
    return take(checked(permits) * clock.permit, 0, time.nanoTime()) == 0;
  }

  /**
   * Takes permits that are available now or within {@code maxWait}. For use without a pipeline:
   * this method does not wait, but returns how long the caller must wait. The permits are taken and
   * cannot be handed back. Allocates only the returned objects.
   *
   * @param permits from 1 to {@link #burst}
   * @return the time to wait, which may be zero; empty if that time would exceed {@code maxWait},
   *     and then no permit was taken
   * @throws IllegalArgumentException if {@code permits} is out of range
   */
  public Optional<Duration> reserve(int permits) {
    long answer = take(checked(permits) * clock.permit, maxWaitNanos, time.nanoTime());
    return Refusal.is(answer) ? Optional.empty() : Optional.of(Duration.ofNanos(-answer));
  }

  /**
   * Returns the number of permits that are available now. Reads the clock.
   *
   * @return from 0 to {@link #burst}; 0 while reservations wait
   */
  public int available() {
    long at = clock.at(time.nanoTime());
    long left = at + burstUnits - Math.max(arrival.get(), at);
    return (int) Math.max(0, left / clock.permit);
  }

  /**
   * Returns the burst: the largest number of available permits.
   *
   * @return 1 or more
   */
  public int burst() {
    return burst;
  }

  /**
   * Returns the number of refusals.
   *
   * @return the number so far
   */
  public long refused() {
    return refused.get();
  }

  /**
   * Returns the number of reservations.
   *
   * @return the number so far
   */
  public long waited() {
    return waited.get();
  }

  /** Returns an object that is the same for all views of this limiter. */
  Object shared() {
    return arrival;
  }

  /** Returns whether the whole burst is available: a new limiter would behave the same. */
  boolean idle() {
    return arrival.get() <= clock.at(time.nanoTime());
  }

  @Override
  public String toString() {
    String each = weight == 1 ? "" : ", " + weight + " each";
    return "RateLimiter[" + name + ", " + available() + " of " + burst + each + "]";
  }

  /** Builds a rate limiter. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final int permits;
    private final long perNanos;
    private int burst;
    private long maxWaitNanos;
    private TimeSource time = TimeSource.system();
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name, int permits, Duration per) {
      this.name = Checks.name("rate limiter", name);
      this.permits = Checks.atLeast(1, "permits of rate limiter \"" + name + '"', permits);
      this.perNanos = perNanos(per);
      if (permits > perNanos) {
        throw new IllegalArgumentException(
            "rate limiter " + name + ": " + rate() + " is more than one permit per nanosecond");
      }
    }

    private static long perNanos(Duration per) {
      long nanos = Checks.positiveNanos("period", per);
      if (nanos > PermitClock.MAX_NANOS) {
        throw new IllegalArgumentException(
            "period " + per + " is more than " + Duration.ofNanos(PermitClock.MAX_NANOS));
      }
      return nanos;
    }

    private String rate() {
      return permits + " per " + Duration.ofNanos(perNanos);
    }

    /**
     * Sets the burst: the number of permits that may be granted at once after a pause. Default: the
     * permits of one second, at least 1. A smaller burst spreads calls more evenly; with 1 calls
     * have equal distances, in whole nanoseconds.
     *
     * @param permits 1 or more; at most the permits of 18 years
     * @return this builder
     */
    public Builder burst(int permits) {
      this.burst = Checks.atLeast(1, "burst", permits);
      return this;
    }

    /**
     * Sets the longest wait for a permit. A call that arrives too early reserves a time at most
     * this far ahead. Default 0: such a call is refused. At most {@code rate × maxWait} calls wait.
     *
     * @param wait 0 or more
     * @return this builder
     */
    public Builder maxWait(Duration wait) {
      this.maxWaitNanos = Math.min(PermitClock.MAX_NANOS, Checks.nonNegativeNanos("maxWait", wait));
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
     * Sets the telemetry that receives the gauge of available permits and the counters of refusals
     * and reservations. Default: none.
     *
     * @param telemetry keeps the limiter reachable, so build a limiter once, not per call
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the limiter. The whole burst is available.
     *
     * @return a new limiter
     * @throws IllegalArgumentException if the burst is more than the permits of 18 years
     */
    public RateLimiter build() {
      PermitClock clock = new PermitClock(permits, perNanos, time.nanoTime());
      int inASecond = (int) Math.max(1, permits * 1_000_000_000L / perNanos);
      int max = clock.maxPermits();
      String what = "burst of rate limiter \"" + name + "\" with " + rate();
      int checked = burst == 0 ? Math.min(max, inASecond) : Checks.range(1, max, what, burst);
      return new RateLimiter(this, clock, checked);
    }
  }
}
