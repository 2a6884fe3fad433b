// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tenfold.core.Codec;
import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.StableHash;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The options that a builder has collected: checks them against each other and makes the parts. */
final class CacheSettings<K, V> {
  private static final int DEFAULT_MAX_VALUE_BYTES = 1 << 20;
  private static final Duration DEFAULT_MEMORY_TTL = Duration.ofSeconds(60);

  final String name;
  final MemoryOptions memory;
  @Nullable RemoteStore remote;
  @Nullable Duration ttl;
  @Nullable Codec<V> codec;
  @Nullable KeyCodec<K> keyCodec;
  @Nullable CircuitBreaker breaker;
  @Nullable Integer maxValueBytes;
  @Nullable CacheLoader<K, V> loader;
  @Nullable BulkLoader<K, V> bulkLoader;
  boolean loadFromReplicas;
  Telemetry telemetry = Telemetry.none();
  TimeSource time = TimeSource.system();
  @Nullable RandomGenerator random;
  @Nullable Executor executor;

  CacheSettings(String name) {
    this.name = name;
    this.memory = new MemoryOptions(name);
  }

  /** Names an option of this cache in a message. */
  String optionName(String option) {
    return option + " of cache \"" + name + '"';
  }

  Tiers<K, V> tiers(CacheCounters counters) {
    Cache<K, V> entries = memoryTier();
    require(loader != null || bulkLoader != null, "set loader(...) or bulkLoader(...)");
    Latency latency = telemetry.latency("tenfold.cache.load", tags());
    Loaders<K, V> loaders =
        new Loaders<>(name, loader, bulkLoader, loadFromReplicas, counters, latency, time);
    return new Tiers<>(name, entries, remoteTier(counters), loaders, counters, time);
  }

  private Cache<K, V> memoryTier() {
    return Caffeine.newBuilder()
        .maximumSize(memory.maxEntries())
        .expireAfterWrite(memoryTtl())
        .ticker(time::nanoTime)
        .executor(executor == null ? ForkJoinPool.commonPool() : executor)
        .build();
  }

  /** Returns the executor of asynchronous reads, which block: it must not run out of threads. */
  Executor readExecutor() {
    return executor == null ? new CompletableFuture<Void>().defaultExecutor() : executor;
  }

  List<Registration> register(
      Cache<K, V> entries, FlightTable<K, V> flights, CacheCounters counters) {
    List<Registration> all = counters.register(telemetry, tags());
    all.add(telemetry.gauge("tenfold.cache.memory.entries", tags(), entries::estimatedSize));
    all.add(telemetry.gauge("tenfold.cache.loading", tags(), flights::size));
    return List.copyOf(all);
  }

  private Tags tags() {
    return Tags.of("cache", name);
  }

  private Duration memoryTtl() {
    Duration memoryTtl = memory.ttl();
    if (remote == null) {
      require(
          ttl == null || memoryTtl == null,
          "ttl(...) and memory ttl(...) mean the same without remote(...): set one of them");
      return memoryTtl != null ? memoryTtl : required(ttl, "set ttl(...) or memory ttl(...)");
    }
    Duration max = required(ttl, "remote(...) needs ttl(...)");
    if (memoryTtl == null) {
      return max.compareTo(DEFAULT_MEMORY_TTL) < 0 ? max : DEFAULT_MEMORY_TTL;
    }
    require(
        memoryTtl.compareTo(max) <= 0, "memory ttl " + memoryTtl + " is longer than ttl " + max);
    return memoryTtl;
  }

  private @Nullable RemoteTier<K, V> remoteTier(CacheCounters counters) {
    if (remote == null) {
      requireUnset(codec, "codec");
      requireUnset(keyCodec, "keyCodec");
      requireUnset(maxValueBytes, "maxValueBytes");
      requireUnset(breaker, "breaker");
      return null;
    }
    return new RemoteTier<>(
        name,
        remote,
        keyCodec == null ? KeyCodec.natural() : keyCodec,
        new ValueFormat<>(required(codec, "remote(...) needs codec(...)")),
        maxValueBytes == null ? DEFAULT_MAX_VALUE_BYTES : maxValueBytes,
        new Ttl(required(ttl, "remote(...) needs ttl(...)"), ttlJitter()),
        RemoteGuard.of(name, breaker, time, telemetry),
        counters);
  }

  /** Processes that start together must not spread their ttls alike: the clock's origin differs. */
  private RandomGenerator ttlJitter() {
    return random != null
        ? random
        : new Random(StableHash.hash(time.nanoTime()) ^ StableHash.hash(name));
  }

  private void requireUnset(@Nullable Object option, String what) {
    require(option == null, what + "(...) has no effect without remote(...)");
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw refusal(message);
    }
  }

  private <T> T required(@Nullable T option, String message) {
    if (option == null) {
      throw refusal(message);
    }
    return option;
  }

  private IllegalArgumentException refusal(String message) {
    return new IllegalArgumentException("cache \"" + name + "\": " + message);
  }
}
