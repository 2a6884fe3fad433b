// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.RedisFixture;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The link over a server of its own, which is paused, killed and restarted. */
@Timeout(120)
class RedisLinkIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final byte[] COUNTER = "counter".getBytes(UTF_8);
  private static final byte[] VALUE = "value".getBytes(UTF_8);
  private static final RedisScript ADD =
      RedisScript.of("return redis.call('INCRBY', KEYS[1], ARGV[1])");

  private RedisFixture redis;
  private RedisClient client;
  private RedisLink link;

  @BeforeEach
  void start() {
    redis = RedisFixture.start();
    client = RedisLink.prepare(RedisClient.create(redis.uri()));
    link = RedisLink.of(client, Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
    link.close();
    client.shutdown();
    redis.close();
  }

  private long add(long amount) {
    byte[][] keys = {COUNTER};
    return link.<Long>await(
        link.eval(ADD, ScriptOutputType.INTEGER, keys, Long.toString(amount).getBytes(UTF_8)));
  }

  private void awaitConnected() {
    Await.until("the link is back", SOON, () -> "PONG".equals(tried(link.commands().ping())));
  }

  private <T> T tried(CompletionStage<T> stage) {
    try {
      return link.await(stage);
    } catch (RedisException stillAway) {
      return null;
    }
  }

  @Test
  void await_commands_returnsReplies() {
    assertThat(link.await(link.commands().set(KEY, VALUE))).isEqualTo("OK");
    assertThat(link.await(link.commands().get(KEY))).isEqualTo(VALUE);
    assertThat(link.await(link.commands().get(COUNTER))).isNull();
  }

  @Test
  void await_errorReply_isAnExecutionException() {
    link.await(link.commands().set(KEY, VALUE));

    assertThatExceptionOfType(RedisCommandExecutionException.class)
        .isThrownBy(() -> link.await(link.commands().incr(KEY)))
        .withMessageContaining("not an integer");
  }

  @Test
  void eval_unknownScript_isLoadedOnTheWay() {
    assertThat(add(2)).isEqualTo(2);
    assertThat(link.await(link.commands().scriptExists(ADD.sha1()))).isEqualTo(List.of(true));
    assertThat(add(3)).isEqualTo(5);
  }

  @Test
  void eval_afterScriptFlush_runsOnceAllTheSame() {
    add(2);
    link.await(link.commands().scriptFlush());
    assertThat(link.await(link.commands().scriptExists(ADD.sha1()))).isEqualTo(List.of(false));

    assertThat(add(3)).isEqualTo(5);
    assertThat(link.await(link.commands().get(COUNTER))).isEqualTo("5".getBytes(UTF_8));
  }

  @Test
  void await_pausedServer_timesOutAndWorksAgainAfterwards() {
    try (RedisLink hasty = RedisLink.of(client, Duration.ofMillis(100))) {
      redis.pause();
      assertThatExceptionOfType(RedisCommandTimeoutException.class)
          .isThrownBy(() -> hasty.await(hasty.commands().get(KEY)));
      redis.resume();

      Await.until("the server answers", SOON, () -> "PONG".equals(tried(hasty.commands().ping())));
    }
  }

  @Test
  void await_deadline_clipsTheCommandTimeout() {
    try (RedisLink patient = RedisLink.of(client, Duration.ofMinutes(1));
        Ambient.Scope scope = Deadline.after(Duration.ofMillis(100)).open()) {
      redis.pause();
      CompletionStage<byte[]> reply = patient.commands().get(KEY);

      assertThatExceptionOfType(RedisCommandTimeoutException.class)
          .isThrownBy(() -> patient.await(reply));
      assertThat(reply.toCompletableFuture()).isCancelled();
      assertThat(Deadline.current().expired()).isTrue();
    } finally {
      redis.resume();
    }
  }

  @Test
  void commands_killedServer_areRejectedAndNeverReplayed() {
    redis.kill();
    Await.until("the link has noticed", SOON, () -> rejected(link.commands().ping()));
    for (int i = 0; i < 100; i++) {
      assertThat(rejected(link.commands().incr(COUNTER))).isTrue();
    }
    redis.restart();
    awaitConnected();

    assertThat(link.await(link.commands().get(COUNTER))).isNull();
    assertThat(add(1)).isEqualTo(1);
  }

  private boolean rejected(CompletionStage<?> stage) {
    try {
      link.await(stage);
      return false;
    } catch (RedisUnavailableException unavailable) {
      return !unavailable.mayHaveRun();
    } catch (RedisException other) {
      return false;
    }
  }

  @Test
  void commands_inFlightWhenTheServerDies_failAndAreNeverReplayed() {
    redis.pause();
    CompletionStage<Long> inFlight = link.commands().incr(COUNTER);
    redis.kill();

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> link.await(inFlight))
        .matches(RedisUnavailableException::mayHaveRun);
    redis.restart();
    awaitConnected();

    assertThat(link.await(link.commands().get(COUNTER))).isNull();
  }

  @Test
  void close_leavesTheClientOpenAndFailsCommands() {
    link.close();
    link.close();

    assertThatThrownBy(() -> link.await(link.commands().ping()))
        .isInstanceOf(RedisUnavailableException.class);
    try (RedisLink another = RedisLink.of(client)) {
      assertThat(another.await(another.commands().ping())).isEqualTo("PONG");
    }
  }

  @Test
  void of_serverAway_throws() {
    redis.kill();

    assertThatExceptionOfType(RedisConnectionException.class)
        .isThrownBy(() -> RedisLink.of(client));
    redis.restart();
  }
}
