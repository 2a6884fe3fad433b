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

/*
 * Where the work is done. KeyedPipelines: the table of keys, and their eviction. KeyedPipeline: one key, its pipeline and
 * the calls in it.
 */
/**
 * Keyed policies: one pipeline per host, tenant or other key, so that the failure of one key does
 * not affect the others. The number of keys is bounded by {@code maxKeys}, because keys come from
 * outside.
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
 * <p>The first call of a key creates its pipeline. If all places are taken, idle keys are evicted.
 * A key is idle if it was not used for {@code idleAfter}, has no call in flight, and none of its
 * policies has state worth keeping. Such state is: a breaker that is open, has a probe in flight,
 * ramps up or was switched; a bulkhead with a call in flight or waiting; a rate limiter below its
 * full burst. Of a custom {@link Gate} only the calls in flight are known. A breaker whose open
 * time is over has no state worth keeping: only calls could close it, so hosts that are gone for
 * good do not keep their places; an evicted key that returns starts with a closed breaker. If no
 * key is idle, the call goes through the {@code overflow} pipeline, which all such keys share.
 * Without an overflow pipeline the call is refused with a {@link RejectedException}. No call runs
 * unguarded.
 *
 * <p><b>Guarantees.</b> There are never more than {@code maxKeys} keys. A key has one pipeline at a
 * time. A pipeline is not evicted while a call is in it, and not used after its eviction; therefore
 * no method returns a pipeline.
 *
 * <p><b>No guarantees.</b> The order of eviction is undefined. Idle keys stay until a new key needs
 * a place.
 *
 * <p><b>Telemetry.</b> A key is never a tag. Policies of the keys should have no telemetry: of
 * several registrations with the same name only the newest is read. This class reports for all keys
 * together. Registrations that policies make while the function creates them are closed when the
 * key is evicted. Policies created before, such as a {@link Retry} that all keys share, keep
 * theirs.
 *
 * <p>Thread-safe. Blocks only where the pipelines wait. A call of a known key costs one look-up and
 * two atomic operations besides its pipeline; it reads no clock and allocates nothing. Keys are
 * used as in a {@link java.util.concurrent.ConcurrentHashMap}. To find a place, all keys are read;
 * after a vain search, not again for one hundredth of {@code idleAfter}. A timer reads all keys
 * twice per {@code idleAfter}; the timer keeps nothing alive.
 *
 * @param <K> the type of the keys: immutable, with {@code equals} and {@code hashCode}
 */
public final class KeyedPolicies<K> {
  private static final int MAX_KEYS = 100_000;

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
    this.faults = new UserCodeFaults(telemetry, builder.time, name, "keyed");
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
   * @param name the name in messages, refusals and telemetry; not empty
   * @param maxKeys the largest number of keys with a pipeline, from 1 to 100,000
   * @param pipelines creates the pipeline of a key, from policies of this key alone unless they are
   *     meant to be shared; called without a lock, so concurrent first calls of a key may each
   *     create a pipeline, of which one is kept; an exception reaches the caller
   * @return a builder with the defaults that its setters name
   * @throws IllegalArgumentException if the name is empty or the number is out of range
   */
  public static <K> Builder<K> builder(
      String name, int maxKeys, Function<? super K, Pipeline> pipelines) {
    return new Builder<>(name, maxKeys, pipelines);
  }

  /**
   * Calls through the pipeline of a key, as {@link Pipeline#call(CheckedSupplier)}.
   *
   * @param <T> what the code returns
   * @param <X> what it throws
   * @param key the key
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
   * Calls through the pipeline of a key, as {@link Pipeline#call(CheckedSupplier, Fallback)}.
   *
   * @param <T> what the code returns
   * @param <X> what it throws
   * @param key the key
   * @param supplier the code
   * @param fallback the value if the call fails or there is no place for the key
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
   * Runs code that returns nothing through the pipeline of a key.
   *
   * @param <X> what it throws
   * @param key the key
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
   * Calls through the pipeline of a key and returns how it ended, as {@link Pipeline#tryCall}.
   *
   * @param <T> what the code returns
   * @param key the key
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
   * Calls through the pipeline of a key without blocking, as {@link
   * Pipeline#callAsync(CheckedSupplier)}. The key is in use until the future completes.
   *
   * @param <T> what the stage completes with
   * @param key the key
   * @param supplier begins the work and returns the stage that completes with it; must not block
   * @return completes with what the last attempt completed with
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      K key, CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier) {
    Objects.requireNonNull(supplier, "supplier");
    return inUse(enter(key), pipeline -> pipeline.callAsync(supplier));
  }

  /**
   * Calls through the pipeline of a key without blocking, as {@link
   * Pipeline#callAsync(CheckedSupplier, Fallback)}. The key is in use until the future completes.
   *
   * @param <T> what the stage completes with
   * @param key the key
   * @param supplier as in {@link #callAsync(Object, CheckedSupplier)}
   * @param fallback the value if the call fails or there is no place for the key
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
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the number of keys with a pipeline.
   *
   * @return from 0 to {@code maxKeys}
   */
  public int size() {
    return keys.size();
  }

  /**
   * Returns the number of calls whose key found no place: calls through the overflow pipeline, or
   * refused calls if there is none.
   *
   * @return the number so far
   */
  public long overflowed() {
    return overflowed.get();
  }

  /**
   * Returns the number of evicted keys.
   *
   * @return the number so far
   */
  public long evicted() {
    return keys.evicted();
  }

  /**
   * Returns the number of throws of user code that did not reach a caller: of a telemetry
   * registration when it was closed, or of a time source.
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

  /** The default overflow: a gate that refuses every call. */
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
          Checks.range(1, MAX_KEYS, "maxKeys of keyed policies \"" + name + '"', maxKeys);
      this.pipelines = Objects.requireNonNull(pipelines, "pipelines");
    }

    /**
     * Sets the time without use after which a key may be evicted. A key may keep its place for up
     * to half of this time longer. Default 10 min.
     *
     * @param duration 1 s or more; at least the time that the policies need to recover
     * @return this builder
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
     * Sets the overflow pipeline, shared by all keys without a place. Default: their calls are
     * refused.
     *
     * @param pipeline should admit few calls at once, because it guards unknown backends
     * @return this builder
     */
    public Builder<K> overflow(Pipeline pipeline) {
      this.overflow = Objects.requireNonNull(pipeline, "pipeline");
      return this;
    }

    /**
     * Sets the time source of idle times. Default {@link TimeSource#system()}.
     *
     * @param time the time source
     * @return this builder
     */
    public Builder<K> timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the telemetry that receives the gauges and counters of all keys together. Default: none.
     *
     * @param telemetry keeps the keyed policies reachable, so build keyed policies once, not per
     *     call
     * @return this builder
     */
    public Builder<K> telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the keyed policies. They have no keys yet.
     *
     * @return new keyed policies
     */
    public KeyedPolicies<K> build() {
      return new KeyedPolicies<>(this);
    }
  }
}
