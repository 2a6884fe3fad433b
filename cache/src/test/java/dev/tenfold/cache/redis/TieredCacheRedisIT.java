// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.cache.TieredCache;
import dev.tenfold.core.Codec;
import dev.tenfold.core.redis.RedisLink;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.RedisFixture;
import io.lettuce.core.RedisClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two tiers on a real Redis: what is stored, who sees it, and what happens when it dies. */
@Timeout(120)
class TieredCacheRedisIT {
  private static final byte[] NAME_OF_1 = "users:i1".getBytes(StandardCharsets.US_ASCII);

  private final AtomicInteger loads = new AtomicInteger();
  private RedisFixture redis;
  private RedisClient client;
  private RedisLink link;
  private RedisStore store;

  @BeforeEach
  void start() {
    redis = RedisFixture.start();
    client = RedisLink.prepare(RedisClient.create(redis.uri()));
    link = RedisLink.of(client);
    store = RedisStore.of(client);
  }

  @AfterEach
  void stop() {
    store.close();
    link.close();
    client.shutdown();
    redis.close();
  }

  private TieredCache.Builder<Long, String> builder() {
    return TieredCache.<Long, String>builder("users")
        .remote(store)
        .ttl(Duration.ofMinutes(10))
        .codec(Codec.strings())
        .loader(key -> "v" + key + "." + loads.incrementAndGet());
  }

  @Test
  void get_otherInstance_seesTheValue() {
    assertThat(builder().build().get(1L)).isEqualTo("v1.1");
    TieredCache<Long, String> other = builder().build();
    assertThat(other.get(1L)).isEqualTo("v1.1");
    assertThat(other.stats().remoteHits()).isEqualTo(1);
  }

  @Test
  void get_loaded_hasItsTtlInRedis() {
    builder().build().get(1L);
    assertThat(Duration.ofMillis(link.await(link.commands().pttl(NAME_OF_1))))
        .isBetween(Duration.ofMinutes(8), Duration.ofMinutes(10));
  }

  @Test
  void invalidate_always_goneFromRedis() {
    TieredCache<Long, String> cache = builder().build();
    cache.get(1L);
    assertThat(cache.invalidate(1L)).isTrue();
    assertThat(link.await(link.commands().exists(NAME_OF_1))).isZero();
    assertThat(cache.get(1L)).isEqualTo("v1.2");
  }

  @Test
  void getAll_manyKeys_roundTripThroughRedis() {
    Map<Long, String> all = new HashMap<>();
    for (long key = 0; key < 500; key++) {
      all.put(key, "bulk" + key);
    }
    TieredCache<Long, String> one = builder().bulkLoader(keys -> all).build();
    assertThat(one.getAll(all.keySet())).isEqualTo(all);
    TieredCache<Long, String> two = builder().build();
    assertThat(two.getAll(all.keySet())).isEqualTo(all);
    assertThat(two.stats().remoteHits()).isEqualTo(500);
    assertThat(loads).hasValue(0);
  }

  @Test
  void get_corruptBytesInRedis_missAndReplaced() {
    link.await(link.commands().set(NAME_OF_1, new byte[] {'T', 'F', 1, 2, 3}));
    assertThat(builder().build().get(1L)).isEqualTo("v1.1");
    assertThat(builder().build().get(1L)).isEqualTo("v1.1");
  }

  @Test
  void get_anotherTypeInRedis_loaderAnswers() {
    link.await(link.commands().lpush(NAME_OF_1, NAME_OF_1));
    TieredCache<Long, String> cache = builder().build();
    assertThat(cache.get(1L)).isEqualTo("v1.1");
    assertThat(cache.stats().remoteErrors()).isEqualTo(1);
  }

  @Test
  void get_redisKilledAndRestarted_loaderAnswersBreakerOpensThenRecovers() {
    TieredCache<Long, String> cache = builder().build();
    cache.get(1L);
    redis.kill();
    for (long key = 100; key < 110; key++) {
      assertThat(cache.get(key)).startsWith("v" + key);
    }
    assertThat(cache.get(1L)).isEqualTo("v1.1");
    assertThat(cache.stats().remoteErrors()).isGreaterThanOrEqualTo(5);
    assertThat(cache.stats().remoteRefusals()).isPositive();
    assertThat(cache.invalidate(1L)).isFalse();

    redis.restart();
    Await.until(
        "values are written to Redis again",
        Duration.ofSeconds(60),
        () -> {
          cache.invalidate(1L);
          cache.get(1L);
          return link.await(link.commands().exists(NAME_OF_1)) == 1;
        });
    assertThat(builder().build().get(1L)).isEqualTo(cache.get(1L));
  }

  @Test
  void get_redisHangs_loaderAnswersAndTheBreakerTakesOver() {
    TieredCache<Long, String> cache = builder().build();
    redis.pause();
    try {
      for (long key = 0; key < 20; key++) {
        assertThat(cache.get(key)).startsWith("v" + key);
      }
      assertThat(cache.stats().remoteErrors()).isLessThan(10);
      assertThat(cache.stats().remoteRefusals()).isGreaterThan(10);
    } finally {
      redis.resume();
    }
  }

  @Test
  void getAll_redisKilled_loaderAnswers() {
    TieredCache<Long, String> cache = builder().build();
    redis.kill();
    assertThat(cache.getAll(List.of(1L, 2L))).containsOnlyKeys(1L, 2L);
  }

  @Test
  void of_clientThatQueuesWhileDisconnected_refused() {
    RedisClient queueing = RedisClient.create(redis.uri());
    try {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RedisStore.of(queueing))
          .withMessageContaining("prepare");
    } finally {
      queueing.shutdown();
    }
  }
}
