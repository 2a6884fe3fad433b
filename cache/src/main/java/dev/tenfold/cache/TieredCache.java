// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.tenfold.core.Codec;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.CircuitBreaker;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A read-through cache: memory in front of a remote store in front of the source. Without a remote
 * store it is a memory cache.
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
 * <p><b>Guarantees, with and without a remote store.</b>
 *
 * <ul>
 *   <li>One load per key at a time in this process; everybody else who asks shares its outcome. A
 *       leader that is interrupted, or whose Deadline ends, fails alone: the others try again.
 *   <li>What a loader throws reaches everybody who waits for it and is not cached. Null from a
 *       loader means that there is no value, reaches them as null, and is not cached either: the
 *       next call loads again.
 *   <li>A load that began before {@link #invalidate} was called is not kept: after {@code
 *       invalidate} has returned, no call in this process is answered from memory, or by joining a
 *       load, with a value that was read before the call. The loader must read what is committed,
 *       and {@code invalidate} be called after the commit.
 *   <li>No value is older than its time to live, counted per tier: memory serves a value for at
 *       most the memory ttl, the remote store for at most the ttl, one after the other for at most
 *       the sum.
 *   <li>A loader that asks the cache for a key that waits for that loader is refused with an {@link
 *       IllegalStateException}, across threads and caches too, as long as every wait is a {@code
 *       get} or {@code getAll} on the loader's own thread.
 * </ul>
 *
 * <p><b>Guarantees with a remote store.</b>
 *
 * <ul>
 *   <li>A store that is down breaks no {@code get}: it is counted, the loader answers, and nothing
 *       is written. Until the breaker opens (after 5 failures in a row) a call costs one time limit
 *       of the store; once it is open, microseconds. It lets a probe through after 1 s, later every
 *       5 s.
 *   <li>A {@code true} from {@link #invalidate} means that the value was removed from the store
 *       after the last write of this process that could have carried an older one, except for a
 *       write that ran into the store's time limit and whose connection or node changed since.
 *   <li>What cannot be read from the store (foreign bytes, another codec, a broken checksum) counts
 *       as absent and is replaced; what a newer version of the same codec wrote counts as absent
 *       and is left alone.
 * </ul>
 *
 * <p><b>Not guaranteed yet.</b> There is no coherence between processes: nobody tells them about an
 * invalidation, so another process serves the old value from its memory for up to its memory ttl,
 * and a load of another process that is under way may write the old value back into the store,
 * where it stays for up to the ttl. One load at a time holds per process, not for all of them. How
 * many different keys load at a time is not bounded: with the store down, the source sees every
 * miss. With {@link Builder#loadFromReplicas} a load after an invalidation may read an old row.
 *
 * <p>Values are shared by all callers: treat them as immutable. A {@code getAll} is no snapshot.
 *
 * <p>Thread-safe. A hit in memory is one lookup: no lock, no allocation, no log. Anything else
 * blocks for the store, the loader or another caller's load, clipped by the Deadline where it
 * waits; only the loader itself is not stopped.
 *
 * @param <K> the type of the keys: immutable, with equals and hashCode
 * @param <V> the type of the values
 */
public final class TieredCache<K, V> implements AutoCloseable {
  /** The most keys of one {@link #getAll}: {@value}. */
  public static final int MAX_KEYS = 10_000;

  private final String name;
  private final Cache<K, V> memory;
  private final Tiers<K, V> tiers;
  private final CacheCounters counters;
  private final List<Registration> registrations;

  TieredCache(
      String name,
      Cache<K, V> memory,
      Tiers<K, V> tiers,
      CacheCounters counters,
      List<Registration> registrations) {
    this.name = name;
    this.memory = memory;
    this.tiers = tiers;
    this.counters = counters;
    this.registrations = registrations;
  }

  /**
   * Starts a configuration.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param name who this is, in telemetry and messages, and the prefix of its keys in the remote
   *     store, so unique among the caches of one store: 1 to 64 of {@code A-Za-z0-9._-}
   * @return a builder with the defaults
   * @throws IllegalArgumentException if the name has another length or other characters
   */
  public static <K, V> Builder<K, V> builder(String name) {
    return new Builder<>(name);
  }

  /**
   * Returns the value of a key, from the nearest tier that has it.
   *
   * @param key which value
   * @return the value, or null if the source has none
   * @throws CacheLoadException if the loader threw an exception
   * @throws dev.tenfold.resilience.CallTimeoutException if the Deadline ended while another
   *     caller's load was waited for
   * @throws dev.tenfold.resilience.CallInterruptedException if the thread was interrupted while
   *     another caller's load was waited for; its flag stays set
   * @throws IllegalStateException if a loader asks for a key that waits for that loader
   */
  public @Nullable V get(K key) {
    V value = memory.getIfPresent(key);
    if (value != null) {
      counters.memoryHits.increment();
      return value;
    }
    return tiers.fetch(key);
  }

  /**
   * Returns the values of several keys: what memory has, then one read of the remote store for the
   * rest, then one call of the bulk loader for what is left, or the loader key by key if there is
   * no bulk loader.
   *
   * @param keys which values; duplicates count once
   * @return a new map of the keys that have a value, in the order of {@code keys}
   * @throws CacheLoadException if a loader threw an exception; what was loaded before is kept
   * @throws IllegalArgumentException if there are more than {@value #MAX_KEYS} keys
   * @throws dev.tenfold.resilience.CallTimeoutException as {@link #get} does
   * @throws dev.tenfold.resilience.CallInterruptedException as {@link #get} does
   * @throws IllegalStateException as {@link #get} does
   */
  public Map<K, V> getAll(Collection<? extends K> keys) {
    if (keys.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          "getAll of " + keys.size() + " keys; it must be at most " + MAX_KEYS);
    }
    Map<K, V> hits = new LinkedHashMap<>();
    Set<K> missing = new LinkedHashSet<>();
    for (K key : new LinkedHashSet<K>(keys)) {
      V value = memory.getIfPresent(key);
      if (value == null) {
        missing.add(key);
      } else {
        counters.memoryHits.increment();
        hits.put(key, value);
      }
    }
    return missing.isEmpty() ? hits : merged(keys, hits, tiers.fetchAll(missing));
  }

  private static <K, V> Map<K, V> merged(
      Collection<? extends K> keys, Map<K, V> hits, Map<K, V> fetched) {
    Map<K, V> ordered = new LinkedHashMap<>();
    for (K key : keys) {
      V hit = hits.get(key);
      V value = hit == null ? fetched.get(key) : hit;
      if (value != null) {
        ordered.put(key, value);
      }
    }
    return ordered;
  }

  /**
   * Returns the value of a key without blocking: remote store and loader run on the executor, under
   * the caller's {@link dev.tenfold.core.Ambient} context.
   *
   * @param key which value
   * @return completes with the value or null, or with what {@link #get} would throw; cancelling it
   *     does not stop the load, which others may share
   */
  public CompletableFuture<@Nullable V> getAsync(K key) {
    V value = memory.getIfPresent(key);
    if (value != null) {
      counters.memoryHits.increment();
      return CompletableFuture.completedFuture(value);
    }
    return tiers.fetchAsync(key);
  }

  /**
   * Removes a key from this process's memory and from the remote store, and sees to it that no load
   * of this process that has begun before puts it back. To be called after the change has been
   * committed. If this process is writing the key into the store, that is waited for, whatever the
   * Deadline.
   *
   * @param key which value
   * @return true if the remote store has confirmed, or there is none; false if it is down or did
   *     not answer in time: then memory is clean, and the store may hold the old value for up to
   *     the ttl, from where this process may read it again. Calling again is safe
   */
  public boolean invalidate(K key) {
    return tiers.invalidate(Objects.requireNonNull(key, "key"));
  }

  /**
   * Returns what was counted so far.
   *
   * @return a snapshot
   */
  public CacheStats stats() {
    return counters.snapshot();
  }

  /**
   * Takes the counters back from the telemetry. The cache keeps working, and the remote store is
   * the caller's to close. Closing twice is harmless.
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
   * Configures a {@link TieredCache}. Not thread-safe.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   */
  public static final class Builder<K, V> {
    private static final int MOST_VALUE_BYTES = 64 << 20;

    private final CacheSettings<K, V> plan;

    private Builder(String name) {
      if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new IllegalArgumentException(
            "cache name \"" + name + "\" must be 1 to 64 of A-Za-z0-9._-");
      }
      this.plan = new CacheSettings<>(name);
    }

    /**
     * Configures the memory tier. Default: 10,000 entries, the ttl as {@link MemoryOptions#ttl}
     * says.
     *
     * @param options changes the options it is given
     * @return this builder
     */
    public Builder<K, V> memory(Consumer<MemoryOptions> options) {
      options.accept(plan.memory);
      return this;
    }

    /**
     * Puts a store behind memory. Default none. Needs {@link #ttl} and {@link #codec}.
     *
     * @param store stays the caller's to close; may serve several caches of different names
     * @return this builder
     */
    public Builder<K, V> remote(RemoteStore store) {
      plan.remote = Objects.requireNonNull(store, "store");
      return this;
    }

    /**
     * Sets how long a value lives in the remote store, less a random part of up to a tenth so that
     * values loaded together do not expire together; without a store, how long it lives in memory.
     * No default; 1 ms to 365 days.
     *
     * @param ttl how long
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder<K, V> ttl(Duration ttl) {
      plan.ttl = Ttl.checked("ttl", ttl);
      return this;
    }

    /**
     * Sets how values become bytes in the remote store. No default. Needs {@link #remote}. A value
     * that it cannot encode is served and kept in memory but not written to the store: that is
     * counted in {@link CacheStats#remoteErrors} and logged at debug level.
     *
     * @param codec its id has 1 to 255 bytes
     * @return this builder
     */
    public Builder<K, V> codec(Codec<V> codec) {
      plan.codec = Objects.requireNonNull(codec, "codec");
      return this;
    }

    /**
     * Sets how keys become bytes in the remote store. Default {@link KeyCodec#natural()}. A name of
     * more than 512 bytes, the cache's name included, bypasses the store. Needs {@link #remote}.
     *
     * @param codec the codec
     * @return this builder
     */
    public Builder<K, V> keyCodec(KeyCodec<K> codec) {
      plan.keyCodec = Objects.requireNonNull(codec, "codec");
      return this;
    }

    /**
     * Sets the largest encoded value, header included, that is written to the remote store; larger
     * ones bypass it. Default 1 MiB, range 64 bytes to 64 MiB. Needs {@link #remote}.
     *
     * @param bytes how many
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder<K, V> maxValueBytes(int bytes) {
      if (bytes < 64 || bytes > MOST_VALUE_BYTES) {
        throw new IllegalArgumentException(
            "maxValueBytes " + bytes + " is out of range; it must be 64 to " + MOST_VALUE_BYTES);
      }
      plan.maxValueBytes = bytes;
      return this;
    }

    /**
     * Sets the breaker in front of the remote store. Default: opens after 5 failures in a row, for
     * 1 s at first and up to 5 s, closes after one success, and does not count calls whose Deadline
     * had ended or whose thread was interrupted. Needs {@link #remote}.
     *
     * @param breaker the breaker; caches of one store may share it
     * @return this builder
     */
    public Builder<K, V> breaker(CircuitBreaker breaker) {
      plan.breaker = Objects.requireNonNull(breaker, "breaker");
      return this;
    }

    /**
     * Sets how one value is loaded. Default: the bulk loader with one key.
     *
     * @param loader the loader
     * @return this builder
     */
    public Builder<K, V> loader(CacheLoader<K, V> loader) {
      plan.loader = Objects.requireNonNull(loader, "loader");
      return this;
    }

    /**
     * Sets how several values are loaded at once. Default: the loader, key by key.
     *
     * @param loader the loader
     * @return this builder
     */
    public Builder<K, V> bulkLoader(BulkLoader<K, V> loader) {
      plan.bulkLoader = Objects.requireNonNull(loader, "loader");
      return this;
    }

    /**
     * Runs the loaders under the caller's own {@link dev.tenfold.core.ReadIntent}. Default: under
     * {@code PRIMARY}, because what a lagging replica says right after an invalidation is old, and
     * would be cached for the full ttl.
     *
     * @return this builder
     */
    public Builder<K, V> loadFromReplicas() {
      plan.fromReplicas = true;
      return this;
    }

    /**
     * Sets where {@code tenfold.cache.*} is shown. Default nowhere.
     *
     * @param telemetry the telemetry
     * @return this builder
     */
    public Builder<K, V> telemetry(Telemetry telemetry) {
      plan.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Sets the clock of the memory tier, the default breaker and the waits. Default the system's.
     *
     * @param time the clock
     * @return this builder
     */
    public Builder<K, V> timeSource(TimeSource time) {
      plan.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets what spreads the ttl. Default a {@link java.util.Random} with a seed of its own.
     *
     * @param random thread-safe
     * @return this builder
     */
    public Builder<K, V> random(RandomGenerator random) {
      plan.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Sets what runs the fetches of {@link TieredCache#getAsync}, which block, and the housekeeping
     * of memory. Default the common pool; for the fetches a thread per task where that pool has
     * fewer than two threads.
     *
     * @param executor runs or refuses what it is given: a fetch that it drops, as {@code
     *     shutdownNow} does, leaves all who ask for that key waiting; if loaders ask the cache for
     *     other keys, it must not run out of threads
     * @return this builder
     */
    public Builder<K, V> executor(Executor executor) {
      plan.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Builds the cache.
     *
     * @return a new cache
     * @throws IllegalArgumentException if options are missing, contradict each other or would have
     *     no effect
     */
    public TieredCache<K, V> build() {
      CacheCounters counters = new CacheCounters();
      Cache<K, V> entries = plan.entries();
      Tiers<K, V> tiers = plan.tiers(entries, counters);
      List<Registration> registrations = plan.register(entries, tiers, counters);
      return new TieredCache<>(plan.name, entries, tiers, counters, registrations);
    }
  }
}
