// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.tenfold.core.Checks;
import dev.tenfold.core.Codec;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.CircuitBreaker;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/*
 * Where the work is done. SingleRead, BatchRead, AsyncRead: reads. Flight: a load that several callers share. FlightTable:
 * a flight starts and is removed. FlightLeader: a loader that waits for itself is found. TierWriter: a loaded value is
 * stored, an invalidation removes a value, and neither undoes the other. RemoteTier: the bytes in the remote store, and the
 * failures of the store.
 */
/**
 * A read-through cache in two tiers: memory, and behind it a remote store. A loader reads what
 * neither tier has. Without a remote store it is a memory cache.
 *
 * <pre>{@code
 * var users = TieredCache.<Long, User>builder("users")
 *     .memory(m -> m.maxEntries(10_000).ttl(Duration.ofSeconds(60)))
 *     .remote(RedisStore.of(redisClient))
 *     .ttl(Duration.ofMinutes(10))
 *     .codec(JacksonCodec.of(User.class))
 *     .loader(dao::find).bulkLoader(dao::findAll)
 *     .build();
 *
 * User user = users.get(42L);
 * Map<Long, User> some = users.getAll(List.of(1L, 2L, 3L));
 * dao.save(user);                  // commit first,
 * users.invalidate(42L);           // then invalidate
 * }</pre>
 *
 * <p><b>Guarantees.</b> With and without a remote store:
 *
 * <ul>
 *   <li>A process loads a key once at a time. Callers that ask for the key meanwhile share the
 *       outcome of that load. If the caller that loads is interrupted, or its Deadline ends, only
 *       that caller fails: the others try again.
 *   <li>An exception of a loader reaches every caller that waits for the load, and is not cached.
 *       Null from a loader means that there is no value: every caller gets null, null is not
 *       cached, and the next call loads again.
 *   <li>If you invalidate a key while it loads, the loaded value is not cached. After {@link
 *       #invalidate} has returned, no call in this process gets a value from memory, or from a
 *       shared load, that was read before {@code invalidate} was called. Requires that the loader
 *       reads what is committed, and that {@code invalidate} is called after the commit.
 *   <li>No value is served beyond its time to live, which each tier counts for itself: at most the
 *       memory ttl from memory, at most the ttl from the remote store, at most the sum from both.
 *   <li>A loader that asks the cache for a key whose load waits for that loader is refused with an
 *       {@link IllegalStateException}, across threads and caches too, if every wait is a {@code
 *       get} or {@code getAll} on the loader's own thread.
 * </ul>
 *
 * <p>With a remote store:
 *
 * <ul>
 *   <li>A store that is down fails no {@code get}: the failure is counted, the loader answers, and
 *       nothing is written to the store. Until the breaker opens (after 5 failures in a row) a call
 *       costs one time limit of the store. While the breaker is open a call costs microseconds. The
 *       breaker lets a probe through after 1, 2 and 4 s, then every 5 s.
 *   <li>If {@link #invalidate} returns true, the value was removed from the store after the last
 *       write of this process that could have carried an older value. The exception is a write that
 *       ran into the store's time limit and whose connection or node has changed since.
 *   <li>A value of the store that cannot be read (foreign bytes, another codec, a wrong checksum)
 *       counts as absent and is replaced. A value that a newer version of the same codec wrote
 *       counts as absent and is not replaced.
 * </ul>
 *
 * <p><b>No guarantees.</b>
 *
 * <ul>
 *   <li>Processes are not coherent yet: an invalidation is not sent to other processes. Another
 *       process serves the old value from its memory for up to its memory ttl. A load under way in
 *       another process may write the old value back into the store, where it stays for up to the
 *       ttl.
 *   <li>One load at a time holds per process, not for all processes together.
 *   <li>The number of keys that load at the same time is not bounded: if the store is down, the
 *       source gets every miss.
 *   <li>With {@link Builder#loadFromReplicas} a load after an invalidation may read an old row.
 *   <li>{@code getAll} is not a snapshot. Values are shared by all callers and are not copied:
 *       treat them as immutable.
 * </ul>
 *
 * <p>Thread-safe. A hit in memory is one lookup without lock, allocation or log. Every other call
 * blocks for the store, the loader or another caller's load. Waits are clipped to the Deadline; a
 * running loader is not stopped.
 *
 * @param <K> the type of the keys: immutable, with equals and hashCode
 * @param <V> the type of the values
 */
public final class TieredCache<K, V> implements AutoCloseable {
  /** The maximum number of keys of one {@link #getAll}: {@value}. */
  public static final int MAX_KEYS = 10_000;

  private final String name;
  private final Cache<K, V> memory;
  private final SingleRead<K, V> singleRead;
  private final BatchRead<K, V> batchRead;
  private final AsyncRead<K, V> asyncRead;
  private final TierWriter<K, V> writer;
  private final CacheCounters counters = new CacheCounters();
  private final List<Registration> registrations;

  private TieredCache(CacheSettings<K, V> settings) {
    Tiers<K, V> tiers = settings.tiers(counters);
    FlightTable<K, V> flights = new FlightTable<>();
    this.name = settings.name;
    this.memory = tiers.memory();
    this.writer = new TierWriter<>(tiers, flights);
    this.singleRead = new SingleRead<>(tiers, flights, writer);
    this.batchRead = new BatchRead<>(tiers, flights, writer, singleRead);
    this.asyncRead = new AsyncRead<>(tiers, flights, singleRead, settings.readExecutor());
    this.registrations = settings.register(memory, flights, counters);
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param name the name of the cache in telemetry and messages, and the prefix of its keys in the
   *     remote store. Unique among the caches of one store; 1 to 64 of {@code A-Za-z0-9._-}
   * @return a new builder
   * @throws IllegalArgumentException if the name has another length or other characters
   */
  public static <K, V> Builder<K, V> builder(String name) {
    return new Builder<>(name);
  }

  /**
   * Returns the value of a key from the first tier that has it, else from the loader.
   *
   * @param key the key
   * @return the value, or null if the source has none
   * @throws CacheLoadException if the loader threw an exception
   * @throws dev.tenfold.resilience.CallTimeoutException if the Deadline ended during the wait for
   *     another caller's load
   * @throws dev.tenfold.resilience.CallInterruptedException if the thread was interrupted during
   *     the wait for another caller's load; its interrupt flag stays set
   * @throws IllegalStateException if a loader asks for a key whose load waits for that loader
   */
  public @Nullable V get(K key) {
    V value = memory.getIfPresent(key);
    if (value != null) {
      counters.memoryHits.increment();
      return value;
    }
    return singleRead.get(key);
  }

  /**
   * Returns the values of several keys. Keys that memory does not have are read from the remote
   * store at once. Keys that the store does not have are loaded by one call of the bulk loader, or
   * by one call of the loader per key if there is no bulk loader.
   *
   * @param keys the keys; duplicates count once
   * @return a new map of the keys that have a value, in the order of {@code keys}
   * @throws CacheLoadException if a loader threw an exception; values loaded before are cached
   * @throws IllegalArgumentException if there are more than {@value #MAX_KEYS} keys
   * @throws dev.tenfold.resilience.CallTimeoutException as {@link #get} does
   * @throws dev.tenfold.resilience.CallInterruptedException as {@link #get} does
   * @throws IllegalStateException as {@link #get} does
   */
  public Map<K, V> getAll(Collection<? extends K> keys) {
    Checks.range(0, MAX_KEYS, "number of keys of getAll", keys.size());
    return batchRead.getAll(keys);
  }

  /**
   * Returns the value of a key without blocking. The remote store and the loader run on the
   * executor, under the caller's {@link dev.tenfold.core.Ambient} context.
   *
   * @param key the key
   * @return a future that completes with the value or null, or with the exception that {@link #get}
   *     would throw. Cancelling it does not stop the load, which other callers may share
   */
  public CompletableFuture<@Nullable V> getAsync(K key) {
    V value = memory.getIfPresent(key);
    if (value != null) {
      counters.memoryHits.increment();
      return CompletableFuture.completedFuture(value);
    }
    return asyncRead.get(key);
  }

  /**
   * Removes a key from the memory of this process and from the remote store. A load of this process
   * that began before does not cache its value. Call this after the change has been committed. If
   * this process is writing the key to the store, the call waits for the end of that write,
   * whatever the Deadline.
   *
   * @param key the key
   * @return true if the remote store has confirmed the removal, or if there is none. False if the
   *     store is down or did not answer in time: memory is then clean, but the store may hold the
   *     old value for up to the ttl, and this process may read it from there. It is safe to call
   *     again
   */
  public boolean invalidate(K key) {
    return writer.invalidate(Objects.requireNonNull(key, "key"));
  }

  /**
   * Returns the counters.
   *
   * @return a snapshot
   */
  public CacheStats stats() {
    return counters.snapshot();
  }

  /**
   * Removes the counters from the telemetry. The cache keeps working, and the remote store stays
   * open. Closing twice is harmless.
   */
  @Override
  public void close() {
    registrations.forEach(Registration::close);
  }

  @Override
  public String toString() {
    return "TieredCache[" + name + "]";
  }

  /**
   * Configures a {@link TieredCache}.
   *
   * <p><b>Guarantees.</b> A setter checks its argument; {@link #build} refuses options that are
   * missing, contradict each other or have no effect.
   *
   * <p><b>No guarantees.</b> Not thread-safe. Use a builder once: caches of one name and one store
   * share their keys.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   */
  public static final class Builder<K, V> {
    private static final int MIN_MAX_VALUE_BYTES = 64;
    private static final int MAX_MAX_VALUE_BYTES = 64 << 20;

    private final CacheSettings<K, V> settings;

    private Builder(String name) {
      if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new IllegalArgumentException(
            "name of cache is \"" + name + "\"; it must be 1 to 64 of A-Za-z0-9._-");
      }
      this.settings = new CacheSettings<>(name);
    }

    /**
     * Sets the options of the memory tier. Default: 10,000 entries, and the ttl that {@link
     * MemoryOptions#ttl} names.
     *
     * @param options changes the options that it is given
     * @return this builder
     */
    public Builder<K, V> memory(Consumer<MemoryOptions> options) {
      options.accept(settings.memory);
      return this;
    }

    /**
     * Sets the remote store behind memory. Default none. Needs {@link #ttl} and {@link #codec}.
     *
     * @param store the store; may serve several caches of different names; the caller closes it
     * @return this builder
     */
    public Builder<K, V> remote(RemoteStore store) {
      settings.remote = Objects.requireNonNull(store, "store");
      return this;
    }

    /**
     * Sets the time to live of a value in the remote store. A random part of up to a tenth is taken
     * off, so that values loaded together do not expire together. Without a remote store it is the
     * time to live in memory. No default; range 1 ms to 365 days.
     *
     * @param ttl the time to live
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder<K, V> ttl(Duration ttl) {
      settings.ttl = Ttl.checked(settings.optionName("ttl"), ttl);
      return this;
    }

    /**
     * Sets the codec of the values in the remote store. No default. Needs {@link #remote}. A value
     * that the codec cannot encode is returned and cached in memory, but not written to the store;
     * this is counted in {@link CacheStats#remoteErrors} and logged at debug level.
     *
     * @param codec the codec; its id has 1 to 255 bytes
     * @return this builder
     */
    public Builder<K, V> codec(Codec<V> codec) {
      settings.codec = Objects.requireNonNull(codec, "codec");
      return this;
    }

    /**
     * Sets the codec of the keys in the remote store. Default {@link KeyCodec#natural()}. Needs
     * {@link #remote}. A key whose bytes, with the cache's name and a colon in front, are more than
     * 512 bypasses the store.
     *
     * @param codec the codec
     * @return this builder
     */
    public Builder<K, V> keyCodec(KeyCodec<K> codec) {
      settings.keyCodec = Objects.requireNonNull(codec, "codec");
      return this;
    }

    /**
     * Sets the maximum size of an encoded value, header included, in the remote store. Larger
     * values bypass the store. Default 1 MiB; range 64 bytes to 64 MiB. Needs {@link #remote}.
     *
     * @param bytes the maximum size
     * @return this builder
     * @throws IllegalArgumentException if the size is out of range
     */
    public Builder<K, V> maxValueBytes(int bytes) {
      settings.maxValueBytes =
          Checks.range(
              MIN_MAX_VALUE_BYTES,
              MAX_MAX_VALUE_BYTES,
              settings.optionName("maxValueBytes"),
              bytes);
      return this;
    }

    /**
     * Sets the breaker in front of the remote store. Default: a breaker that opens after 5 failures
     * in a row, for 1, 2 and 4 s, then for 5 s each time, closes after one success, and does not
     * count calls whose Deadline had ended or whose thread was interrupted. Needs {@link #remote}.
     *
     * @param breaker the breaker; caches of one store may share it
     * @return this builder
     */
    public Builder<K, V> breaker(CircuitBreaker breaker) {
      settings.breaker = Objects.requireNonNull(breaker, "breaker");
      return this;
    }

    /**
     * Sets the loader of one value. Default: the bulk loader, called with one key.
     *
     * @param loader the loader
     * @return this builder
     */
    public Builder<K, V> loader(CacheLoader<K, V> loader) {
      settings.loader = Objects.requireNonNull(loader, "loader");
      return this;
    }

    /**
     * Sets the loader of several values at once. Default: the loader, called once per key.
     *
     * @param loader the loader
     * @return this builder
     */
    public Builder<K, V> bulkLoader(BulkLoader<K, V> loader) {
      settings.bulkLoader = Objects.requireNonNull(loader, "loader");
      return this;
    }

    /**
     * Lets loaders run under the caller's own {@link dev.tenfold.core.ReadIntent}. Default: loaders
     * run under {@code PRIMARY}, because a lagging replica returns an old row right after an
     * invalidation, and that row would be cached for the full ttl.
     *
     * @return this builder
     */
    public Builder<K, V> loadFromReplicas() {
      settings.loadFromReplicas = true;
      return this;
    }

    /**
     * Sets the telemetry that gets {@code tenfold.cache.*}. Default none.
     *
     * @param telemetry the telemetry
     * @return this builder
     */
    public Builder<K, V> telemetry(Telemetry telemetry) {
      settings.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Sets the clock of the memory tier, the default breaker and the waits. Default the system's.
     *
     * @param time the clock
     * @return this builder
     */
    public Builder<K, V> timeSource(TimeSource time) {
      settings.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the random generator that spreads the ttl. Default a {@link java.util.Random} with a
     * seed of its own.
     *
     * @param random the generator; thread-safe
     * @return this builder
     */
    public Builder<K, V> random(RandomGenerator random) {
      settings.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Sets the executor of the reads of {@link TieredCache#getAsync}, which block, and of the
     * housekeeping of memory. Default the common pool; for the reads one thread per task where that
     * pool has fewer than two threads.
     *
     * @param executor the executor; runs every task, or refuses it by throwing. If it drops a task,
     *     as {@code shutdownNow} does, all callers of that key wait for ever. If loaders ask the
     *     cache for other keys, it must not run out of threads
     * @return this builder
     */
    public Builder<K, V> executor(Executor executor) {
      settings.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Builds the cache.
     *
     * @return a new cache
     * @throws IllegalArgumentException if options are missing, contradict each other or have no
     *     effect
     */
    public TieredCache<K, V> build() {
      return new TieredCache<>(settings);
    }
  }
}
