// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.cache.CacheLoadException;
import dev.tenfold.cache.TieredCache;
import dev.tenfold.cache.redis.RedisStore;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.jackson.JacksonCodec;
import dev.tenfold.core.redis.RedisLink;
import dev.tenfold.resilience.CircuitBreaker;
import io.lettuce.core.RedisClient;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cached profiles: from the memory of this process, else from Redis, else from the primary. The
 * cache works without Redis while Redis is down.
 */
final class Profiles implements AutoCloseable {
  private static final int IN_MEMORY = 10_000;

  private final RedisClient client;
  private final RedisStore store;
  private final TieredCache<Long, Profile> cache;

  Profiles(InstanceConfig config, Bookings bookings, Signals signals) {
    this.client = RedisLink.prepare(RedisClient.create(config.redisUri()));
    this.store = RedisStore.of(client);
    CircuitBreaker breaker =
        CircuitBreaker.builder("redis")
            .consecutiveFailures(5)
            .openFor(Duration.ofSeconds(1))
            .telemetry(signals)
            .build();
    this.cache =
        TieredCache.<Long, Profile>builder("profiles")
            .memory(memory ->
                memory.maxEntries(IN_MEMORY).ttl(Duration.ofMillis(config.memoryTtlMillis())))
            .remote(store)
            .breaker(breaker)
            .ttl(Duration.ofMillis(config.redisTtlMillis()))
            .codec(JacksonCodec.of(Profile.class))
            .loader(bookings::profile)
            .telemetry(signals)
            .build();
    signals.read("count.cache.memory", () -> cache.stats().memoryHits());
    signals.read("count.cache.remote", () -> cache.stats().remoteHits());
    signals.read("count.cache.loaded", () -> cache.stats().misses());
  }

  @Nullable Profile get(long user) throws SQLException {
    try {
      return cache.get(user);
    } catch (CacheLoadException failed) {
      if (failed.getCause() instanceof SQLException broken) {
        throw broken;
      }
      if (failed.getCause() instanceof RejectedException refused) {
        throw refused;
      }
      throw failed;
    }
  }

  /** Invalidates a profile. To be called after a change of the user has been committed. */
  void changed(long user) {
    cache.invalidate(user);
  }

  @Override
  public void close() {
    cache.close();
    store.close();
    client.shutdown();
  }
}
