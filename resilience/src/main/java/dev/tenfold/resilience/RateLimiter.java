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
 * Why no interval sees more than burst + rate * length. In units of the PermitClock: a permit taken at time
 * a finds the arrival time x, sets it to x' = max(x, a) + cost, and may begin at s = max(a, x' - burst).
 * Let i be the first and j the last, in the order of taking, of those that begin within [from, to]. Arrival
 * times grow by at least the cost of each in between, so the costs of i to j sum up to at most
 * x'(j) - (x'(i) - cost(i)). The first term is at most to + burst, as j begins at or after x'(j) - burst.
 * The second is at least from: it is at least a(i) and, as cost <= burst, at least x'(i) - burst, and i
 * begins at the later of these two. Reading the clock adds less than a unit.
 * Why handing back keeps that: it happens only if the arrival time is still the one that this reservation
 * set, so nobody was taken behind it (or all of them were handed back before). What remains is the order
 * of taking without it. Had somebody reserved behind it, that one would begin when it was told, and so
 * would a newcomer that was given the same time.
 */
/**
 * Lets calls through at a rate, and so many at once after a pause, so that a backend or a quota is
 * never asked for more than it grants.
 *
 * <pre>{@code
 * var limiter = RateLimiter.builder("geocoder", 100, Duration.ofSeconds(1)).burst(20).build();
 * Pipeline pipeline = Pipeline.of("geocoder", limiter);
 * if (limiter.tryAcquire(5)) { ... }                              // without a pipeline
 * Pipeline bulk = Pipeline.of("geocoder-bulk", limiter.weighing(10));   // the same rate
 * }</pre>
 *
 * <p>With {@code maxWait} a call that comes too early reserves the next free time and waits for it:
 * a blocking call sleeps, an asynchronous one waits without a thread. The wait is known beforehand,
 * so a call is refused at once if its {@link dev.tenfold.core.Deadline} or a {@link Timeout}
 * further out ends sooner. Waiting is the pipeline's doing: nothing here blocks.
 *
 * <p><b>Guaranteed.</b> Over any time t, calls begin that weigh at most {@code burst + rate × t}
 * (and a nanosecond's worth), if they begin when they were told and the clock is monotonic. Permits
 * are spent smoothly: there are no periods at whose end twice the rate could pass. First come,
 * first served. The rate is exact: fractions of nanoseconds are not rounded away. <b>Not
 * guaranteed.</b> Nothing is shared between processes. A permit is spent when it is given, whatever
 * becomes of the call, also if a policy further in refuses it: put the limiter further in if that
 * shall not count. A reservation that is not waited for to its end (interrupt, cancellation,
 * deadline, timeout) is handed back if nobody has reserved behind it; otherwise its time passes
 * unused.
 *
 * <p>Thread-safe, without locks. A permitted call costs one clock reading, which it shares with the
 * other policies of a pipeline, and one atomic operation, and allocates nothing. The state is one
 * number, so an idle limiter costs nothing and there is no timer that fills anything.
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
   * The theoretical arrival time, by the {@link PermitClock}: once it is past, the burst is full.
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
   * Starts a rate limiter: so many permits per period, evenly.
   *
   * @param name who this is, in messages, refusals and telemetry; not empty
   * @param permits 1 or more
   * @param per the period; at least a nanosecond per permit, at most 36 years
   * @return a builder with the defaults its setters name
   * @throws IllegalArgumentException if the name is empty, or permits or period are out of range
   */
  public static Builder builder(String name, int permits, Duration per) {
    return new Builder(name, permits, per);
  }

  /**
   * Returns a view of this limiter whose calls take more than one permit each. Rate, burst and
   * counters are shared with this limiter, so a pipeline takes one of the two, not both.
   *
   * @param permits what a call of a pipeline weighs, 1 to {@link #burst}
   * @return the view
   * @throws IllegalArgumentException if a call could never have so many permits
   */
  public RateLimiter weighing(int permits) {
    return new RateLimiter(this, checked(permits));
  }

  // The condition is said twice, because composing the message costs more than taking a permit.
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

  /** {@inheritDoc} Does nothing: a permit is spent when it is given. */
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
    return take(cost, maxWaitNanos, nowNanos); // apart, so that the way above stays short
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
   * Takes back a reservation of a call that never began, unless somebody has reserved behind it.
   *
   * @param reservation what {@link #admit} answered
   * @param enteredNanos the time it was given
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
   * Takes permits if they are there now. For use without a pipeline; allocates nothing.
   *
   * @param permits 1 to {@link #burst}
   * @return false if they are not; nothing was taken then
   * @throws IllegalArgumentException if there could never be so many permits
   */
  public boolean tryAcquire(int permits) {
    return take(checked(permits) * clock.permit, 0, time.nanoTime()) == 0;
  }

  /**
   * Takes permits now, or later within {@code maxWait}. For use without a pipeline: does not wait,
   * but says for how long the caller has to. The permits are taken; there is no handing back.
   * Allocates what it returns, the optional and a duration that is not zero, and no more.
   *
   * @param permits 1 to {@link #burst}
   * @return how long to wait before going on, zero for not at all; empty if that would be longer
   *     than {@code maxWait}: nothing was taken then
   * @throws IllegalArgumentException if there could never be so many permits
   */
  public Optional<Duration> reserve(int permits) {
    long answer = take(checked(permits) * clock.permit, maxWaitNanos, time.nanoTime());
    return Refusal.is(answer) ? Optional.empty() : Optional.of(Duration.ofNanos(-answer));
  }

  /**
   * Returns the permits that are there now. Reads the clock.
   *
   * @return 0 to {@link #burst}; 0 also while reservations wait
   */
  public int available() {
    long at = clock.at(time.nanoTime());
    long left = at + burstUnits - Math.max(arrival.get(), at);
    return (int) Math.max(0, left / clock.permit);
  }

  /**
   * Returns how many permits can be there at most.
   *
   * @return 1 or more
   */
  public int burst() {
    return burst;
  }

  /**
   * Returns how often somebody was refused.
   *
   * @return the number so far
   */
  public long refused() {
    return refused.get();
  }

  /**
   * Returns how often somebody was given a time to wait for.
   *
   * @return the number so far
   */
  public long waited() {
    return waited.get();
  }

  /** Returns what all views of this limiter have in common, and no other limiter has. */
  Object shared() {
    return arrival;
  }

  /** Whether the bucket is full, so that a new limiter would do as well. */
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
     * Lets so many permits pass at once after a pause. Default: what the rate gives in a second, at
     * least 1. Less smooths more; 1 spaces calls evenly, by whole nanoseconds.
     *
     * @param permits 1 or more; no more than the rate gives in 18 years
     * @return this
     */
    public Builder burst(int permits) {
      this.burst = Checks.atLeast(1, "burst", permits);
      return this;
    }

    /**
     * Lets a call that comes too early reserve a time that is so far ahead at most. Default 0: it
     * is refused. So {@code rate × maxWait} calls wait at most.
     *
     * @param wait 0 or more
     * @return this
     */
    public Builder maxWait(Duration wait) {
      this.maxWaitNanos = Math.min(PermitClock.MAX_NANOS, Checks.nonNegativeNanos("maxWait", wait));
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
     * Reports the gauge of available permits and the counters of refusals and waits here. Default:
     * nowhere.
     *
     * @param telemetry where to
     * @return this
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the limiter, with the whole burst available.
     *
     * @return a new limiter
     * @throws IllegalArgumentException if the rate would take decades to earn the burst
     */
    public RateLimiter build() {
      PermitClock clock = new PermitClock(permits, perNanos, time.nanoTime());
      int inASecond = (int) Math.max(1, permits * 1_000_000_000L / perNanos);
      int most = clock.maxPermits();
      int saved = burst == 0 ? Math.min(most, inASecond) : burst;
      if (saved > most) {
        throw new IllegalArgumentException(
            "rate limiter "
                + name
                + ": burst "
                + burst
                + " is more than "
                + most
                + ", the most for "
                + rate());
      }
      return new RateLimiter(this, clock, saved);
    }
  }
}
