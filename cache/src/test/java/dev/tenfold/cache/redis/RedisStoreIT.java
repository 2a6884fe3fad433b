// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache.redis;

import dev.tenfold.cache.RemoteStore;
import dev.tenfold.cache.contract.RemoteStoreContract;
import dev.tenfold.core.redis.RedisLink;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.RedisFixture;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisStoreIT extends RemoteStoreContract {
  private static final RedisFixture SERVER = RedisFixture.start(); // stopped by some tests
  private static RedisClient client;
  private static RedisLink link;
  private static RedisLink other;

  @BeforeAll
  static void connect() {
    client = RedisLink.prepare(RedisClient.create(SERVER.uri()));
    link = RedisLink.of(client, Duration.ofSeconds(5));
    other = RedisLink.of(client, Duration.ofSeconds(5));
  }

  @AfterAll
  static void disconnect() {
    other.close();
    link.close();
    client.shutdown();
    SERVER.close();
  }

  @Override
  protected RemoteStore elsewhere() {
    return RedisStore.of(other);
  }

  @Override
  protected void stopAnswering() {
    SERVER.pause();
  }

  @Override
  protected void goOnAnswering() {
    SERVER.resume();
    Await.until(
        "the server answers",
        Duration.ofSeconds(20),
        () -> link.await(link.commands().ping()) != null);
  }

  @Override
  protected RemoteStore store() {
    return RedisStore.of(link);
  }

  @Override
  protected Duration remaining(byte[] key) {
    return Duration.ofMillis(link.await(link.commands().pttl(key)));
  }

  /** Waits until the time has passed by the server's own clock. */
  @Override
  protected void letPass(Duration duration) {
    byte[] clock = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
    link.await(link.commands().set(clock, clock, SetArgs.Builder.px(duration.toMillis())));
    Await.until(
        "the server's clock has moved by " + duration,
        Duration.ofSeconds(20),
        () -> link.await(link.commands().exists(clock)) == 0);
  }
}
