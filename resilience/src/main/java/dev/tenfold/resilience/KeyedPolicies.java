// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedRunnable;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Checks;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline for each host, tenant or other key, so that one that fails does not take the others
 * along. Bounded: keys come from outside, and nobody can make this grow beyond {@code maxKeys}.
 *
 * <pre>{@code
 * var hosts = KeyedPolicies.<String>builder("hosts", 1_000, host -> Pipeline.of("host",
 *         Retry.builder("host").build(),
 *         CircuitBreaker.builder("host").build(),
 *         Bulkhead.builder("host", 20).build()))
 *     .build();
 *
 * String page = hosts.call(uri.getHost(), () -> client.get(uri));
 * }</pre>
 *
 * <p>A key's pipeline is made at its first call. If all places are taken, a place is made by giving
 * up the keys that are idle: not used for {@code idleAfter}, no call in flight, and no policy with
 * anything to keep. A breaker that is open, has a probe out, ramps up or was switched, a bulkhead
 * that somebody is in or waits for, and a rate limiter that is not full again are kept, however
 * many new keys come; about a {@link Gate} of your own only the calls in flight are known. A
 * breaker whose open time is over keeps nothing: only calls could close it, and if none came for
 * {@code idleAfter}, its key may be given up, and begins with a closed one should it come back. So
 * hosts that are gone for good do not keep their places. If nobody is idle, the call goes through
 * the {@code overflow} pipeline that all such keys share, or, if there is none, is refused with a
 * {@link RejectedException}. It is never let through unguarded.
 *
 * <p><b>Guaranteed.</b> Never more than {@code maxKeys} keys. A key has one pipeline at a time:
 * none is given up while a call is in it, and none is used after. That is why a pipeline is not
 * handed out.
 *
 * <p><b>Telemetry.</b> A key is no tag, so give the policies of the keys none: of several that
 * register the same name only the newest would be read. This class reports for all keys together.
 * What policies register while the function makes them is taken back with the key; policies that
 * were made before, such as a {@link Retry} that all keys share, keep theirs.
 *
 * <p>Thread-safe and, but for what the pipelines wait for, non-blocking. A call of a known key
 * costs one lookup and two atomic operations besides its pipeline, reads no clock and allocates
 * nothing. Keys are used as in a {@link java.util.concurrent.ConcurrentHashMap}. To make a place,
 * every key is looked at, at most once in a hundredth of {@code idleAfter} if that is in vain; a
 * timer that keeps nothing alive looks at every key twice per {@code idleAfter}.
 *
 * @param <K> immutable, with {@code equals} and {@code hashCode}
 */
public final class KeyedPolicies<K> {
  private static final int MOST_KEYS = 100_000;

  private final String name;
  private final KeyedPipelines<K> keys;
  private final KeyedPipeline overflow = new KeyedPipeline();
  private final AtomicLong overflowed = new AtomicLong();
  private final UserCodeFaults faults;

  private KeyedPolicies(Builder<K> builder) {
    this.name = builder.name;
    Pipeline shared =
        builder.overflow == null ? Pipeline.of(name, new KeyLimit(name)) : builder.overflow;
    overflow.install(shared, new Registrations());
    Tags tags = Tags.of("name", name);
    Telemetry telemetry = builder.telemetry;
    this.faults = new UserCodeFaults(telemetry, name, "keyed");
    this.keys =
        new KeyedPipelines<>(
            builder.maxKeys, builder.pipelines, builder.idleNanos, builder.time, faults);
    telemetry.gauge("tenfold.resilience.keyed.keys", tags, this::size);
    telemetry.gauge("tenfold.resilience.keyed.limit", tags, keys::limit);
    telemetry.counter("tenfold.resilience.keyed.overflowed", tags, this::overflowed);
    telemetry.counter("tenfold.resilience.keyed.evicted", tags, this::evicted);
  }

  /**
   * Starts keyed policies.
   *
   * @param <K> the type of the keys
   * @param name who this is, in messages, refusals and telemetry; not empty
   * @param maxKeys how many keys may have a pipeline at once, 1 to 100,000
   * @param pipelines makes the pipeline of a key, of policies that no other key has, unless they
   *     are meant to be shared; called without a lock, so that calls of the same new key may each
   *     call it and all but one drop what it made; what it throws is thrown at the caller
   * @return a builder with the defaults its setters name
   * @throws IllegalArgumentException if the name is empty or the number is out of range
   */
  public static <K> Builder<K> builder(
      String name, int maxKeys, Function<? super K, Pipeline> pipelines) {
    return new Builder<>(name, maxKeys, pipelines);
  }

  /**
   * Calls through the key's pipeline, as {@link Pipeline#call(CheckedSupplier)}.
   *
   * @param <T> what the code returns
   * @param <X> what it throws
   * @param key whose pipeline
   * @param supplier the code
   * @return what it returned
   * @throws X what it threw
   * @throws RejectedException if there is no place for the key, or a policy refused
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      K key, CheckedSupplier<T, X> supplier) throws X {
    Objects.requireNonNull(supplier, "supplier");
    KeyedPipeline keyed = enter(key);
    try {
      return keyed.pipeline().call(supplier);
    } finally {
      keyed.exit();
    }
  }

  /**
   * Calls through the key's pipeline, as {@link Pipeline#call(CheckedSupplier, Fallback)}.
   *
   * @param <T> what the code returns
   * @param <X> what it throws
   * @param key whose pipeline
   * @param supplier the code
   * @param fallback what to answer if the call fails or there is no place for the key
   * @return what the code or the fallback returned
   * @throws X what the code threw, if the fallback does not stand in for it
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      K key, CheckedSupplier<T, X> supplier, Fallback<? extends T> fallback) throws X {
    Objects.requireNonNull(supplier, "supplier");
    Objects.requireNonNull(fallback, "fallback");
    KeyedPipeline keyed = enter(key);
    try {
      return keyed.pipeline().call(supplier, fallback);
    } finally {
      keyed.exit();
    }
  }

  /**
   * Runs code that returns nothing through the key's pipeline.
   *
   * @param <X> what it throws
   * @param key whose pipeline
   * @param action the code
   * @throws X what it threw
   */
  public <X extends Exception> void run(K key, CheckedRunnable<X> action) throws X {
    Objects.requireNonNull(action, "action");
    KeyedPipeline keyed = enter(key);
    try {
      keyed.pipeline().run(action);
    } finally {
      keyed.exit();
    }
  }

  /**
   * Calls through the key's pipeline and returns how it ended, as {@link Pipeline#tryCall}.
   *
   * @param <T> what the code returns
   * @param key whose pipeline
   * @param supplier the code
   * @return how it ended; {@link Outcome.Rejected} too if there is no place for the key
   */
  public <T extends @Nullable Object> Outcome<T> tryCall(
      K key, CheckedSupplier<T, ? extends Exception> supplier) {
    Objects.requireNonNull(supplier, "supplier");
    KeyedPipeline keyed = enter(key);
    try {
      return keyed.pipeline().tryCall(supplier);
    } finally {
      keyed.exit();
    }
  }

  /**
   * Calls through the key's pipeline without blocking, as {@link
   * Pipeline#callAsync(CheckedSupplier)}. The key is in use until the future completes.
   *
   * @param <T> what the stage completes with
   * @param key whose pipeline
   * @param supplier begins the work and returns the stage that completes with it; must not block
   * @return completes with what the last attempt completed with
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      K key, CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier) {
    Objects.requireNonNull(supplier, "supplier");
    return inUse(enter(key), pipeline -> pipeline.callAsync(supplier));
  }

  /**
   * Calls through the key's pipeline without blocking, as {@link
   * Pipeline#callAsync(CheckedSupplier, Fallback)}. The key is in use until the future completes.
   *
   * @param <T> what the stage completes with
   * @param key whose pipeline
   * @param supplier as in {@link #callAsync(Object, CheckedSupplier)}
   * @param fallback what to answer if the call fails or there is no place for the key
   * @return completes with what the last attempt or the fallback answered
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      K key,
      CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier,
      Fallback<? extends T> fallback) {
    Objects.requireNonNull(supplier, "supplier");
    Objects.requireNonNull(fallback, "fallback");
    return inUse(enter(key), pipeline -> pipeline.callAsync(supplier, fallback));
  }

  private static <T extends @Nullable Object> CompletableFuture<T> inUse(
      KeyedPipeline keyed, Function<Pipeline, CompletableFuture<T>> call) {
    CompletableFuture<T> result;
    try {
      result = call.apply(keyed.pipeline());
    } catch (Throwable notBegun) {
      keyed.exit();
      throw notBegun;
    }
    var unused = result.whenComplete((value, error) -> keyed.exit());
    return result;
  }

  private KeyedPipeline enter(K key) {
    KeyedPipeline keyed = keys.enter(Objects.requireNonNull(key, "key"));
    if (keyed != null) {
      return keyed;
    }
    overflowed.getAndIncrement();
    overflow.enter();
    return overflow;
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
   * Returns how many keys have a pipeline.
   *
   * @return 0 to {@code maxKeys}
   */
  public int size() {
    return keys.size();
  }

  /**
   * Returns the calls whose key found no place: those that went through the overflow pipeline, or
   * were refused for want of one.
   *
   * @return the number so far
   */
  public long overflowed() {
    return overflowed.get();
  }

  /**
   * Returns how often a key was given up to make a place.
   *
   * @return the number so far
   */
  public long evicted() {
    return keys.evicted();
  }

  /**
   * Returns how often something threw that must not: a telemetry's registration when it was taken
   * back, a clock.
   *
   * @return the number so far
   */
  public long faults() {
    return faults.count();
  }

  @Override
  public String toString() {
    return "KeyedPolicies[" + name + ", " + size() + " of " + keys.limit() + " keys]";
  }

  /** Refuses everybody: the overflow, unless there is another. */
  private static final class KeyLimit extends PipelineGate implements Gate {
    private final String name;

    KeyLimit(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    Gate gate() {
      return this;
    }

    @Override
    long admit(long nowNanos) {
      return Refusal.of(RefusalKind.KEYS_FULL);
    }

    @Override
    public long enter(long nowNanos) {
      return REFUSED;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {}

    @Override
    void exit(
        long permit,
        long beganNanos,
        long nowNanos,
        @Nullable Verdict fixed,
        @Nullable Object value,
        @Nullable Throwable error) {}
  }

  /**
   * Builds keyed policies. Not thread-safe.
   *
   * @param <K> the type of the keys
   */
  public static final class Builder<K> {
    private final String name;
    private final int maxKeys;
    private final Function<? super K, Pipeline> pipelines;
    private long idleNanos = Duration.ofMinutes(10).toNanos();
    private @Nullable Pipeline overflow;
    private TimeSource time = TimeSource.system();
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name, int maxKeys, Function<? super K, Pipeline> pipelines) {
      this.name = Checks.name("keyed policies", name);
      this.maxKeys =
          Checks.range(1, MOST_KEYS, "maxKeys of keyed policies \"" + name + '"', maxKeys);
      this.pipelines = Objects.requireNonNull(pipelines, "pipelines");
    }

    /**
     * Lets a key be given up after it was not used for so long; it may keep its place for up to
     * half as long again. Default 10 min.
     *
     * @param duration 1 s or more; at least what the policies need to recover
     * @return this
     */
    public Builder<K> idleAfter(Duration duration) {
      if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException(
            "idleAfter of keyed policies \""
                + name
                + "\" is "
                + duration
                + "; it must be at least 1 s");
      }
      this.idleNanos = Checks.nanos(duration);
      return this;
    }

    /**
     * Lets the calls of keys that find no place through this pipeline, which they share. Default:
     * they are refused.
     *
     * @param pipeline should let few calls in at once: it guards what nobody knows
     * @return this
     */
    public Builder<K> overflow(Pipeline pipeline) {
      this.overflow = Objects.requireNonNull(pipeline, "pipeline");
      return this;
    }

    /**
     * Measures idleness by this clock. Default: the system's.
     *
     * @param time the clock
     * @return this
     */
    public Builder<K> timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Reports gauges and counters here, for as long as the telemetry lives. Default: nowhere.
     *
     * @param telemetry where to
     * @return this
     */
    public Builder<K> telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the keyed policies, without keys.
     *
     * @return new keyed policies
     */
    public KeyedPolicies<K> build() {
      return new KeyedPolicies<>(this);
    }
  }
}
