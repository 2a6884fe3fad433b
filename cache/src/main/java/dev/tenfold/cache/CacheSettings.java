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

/** What a builder has collected, how it fits together, and the parts it makes. */
final class CacheSettings<K, V> {
  private static final int DEFAULT_VALUE_BYTES = 1 << 20;
  private static final Duration DEFAULT_MEMORY_TTL = Duration.ofSeconds(60);

  final String name;
  final MemoryOptions memory = new MemoryOptions();
  @Nullable RemoteStore remote;
  @Nullable Duration ttl;
  @Nullable Codec<V> codec;
  @Nullable KeyCodec<K> keyCodec;
  @Nullable CircuitBreaker breaker;
  @Nullable Integer maxValueBytes;
  @Nullable CacheLoader<K, V> loader;
  @Nullable BulkLoader<K, V> bulkLoader;
  boolean fromReplicas;
  Telemetry telemetry = Telemetry.none();
  TimeSource time = TimeSource.system();
  @Nullable RandomGenerator random;
  @Nullable Executor executor;

  CacheSettings(String name) {
    this.name = name;
  }

  Cache<K, V> entries() {
    return Caffeine.newBuilder()
        .maximumSize(memory.maxEntries())
        .expireAfterWrite(memoryTtl())
        .ticker(time::nanoTime)
        .executor(executor == null ? ForkJoinPool.commonPool() : executor)
        .build();
  }

  Tiers<K, V> tiers(Cache<K, V> entries, CacheCounters counters) {
    require(loader != null || bulkLoader != null, "set loader(...) or bulkLoader(...)");
    Latency latency = telemetry.latency("tenfold.cache.load", tags());
    Source<K, V> source =
        new Source<>(name, loader, bulkLoader, fromReplicas, counters, latency, time);
    // Fetches block: unlike the common pool's, this one's threads do not run out on one processor.
    Executor fetching =
        executor == null ? new CompletableFuture<Void>().defaultExecutor() : executor;
    return new Tiers<>(name, entries, remoteTier(counters), source, counters, time, fetching);
  }

  List<Registration> register(Cache<K, V> entries, Tiers<K, V> tiers, CacheCounters counters) {
    List<Registration> all = counters.register(telemetry, tags());
    all.add(telemetry.gauge("tenfold.cache.memory.entries", tags(), entries::estimatedSize));
    all.add(telemetry.gauge("tenfold.cache.loading", tags(), tiers::loading));
    return List.copyOf(all);
  }

  private Tags tags() {
    return Tags.of("cache", name);
  }

  private Duration memoryTtl() {
    Duration own = memory.ttl();
    if (remote == null) {
      require(
          ttl == null || own == null,
          "ttl(...) and memory ttl(...) mean the same without remote(...): set one of them");
      return own != null ? own : required(ttl, "set ttl(...) or memory ttl(...)");
    }
    Duration most = required(ttl, "remote(...) needs ttl(...)");
    if (own == null) {
      return most.compareTo(DEFAULT_MEMORY_TTL) < 0 ? most : DEFAULT_MEMORY_TTL;
    }
    require(own.compareTo(most) <= 0, "memory ttl " + own + " is longer than ttl " + most);
    return own;
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
        maxValueBytes == null ? DEFAULT_VALUE_BYTES : maxValueBytes,
        new Ttl(required(ttl, "remote(...) needs ttl(...)"), jitter()),
        RemoteGuard.of(name, breaker, time, telemetry),
        counters);
  }

  /** Processes that start together must not spread their ttls alike: the clock's origin differs. */
  private RandomGenerator jitter() {
    return random != null
        ? random
        : new Random(StableHash.hash(time.nanoTime()) ^ StableHash.hash(name));
  }

  private static void requireUnset(@Nullable Object option, String what) {
    require(option == null, what + "(...) has no effect without remote(...)");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  private static <T> T required(@Nullable T option, String message) {
    if (option == null) {
      throw new IllegalArgumentException(message);
    }
    return option;
  }
}
