// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisFixtureIT {

  @Test
  void shared_askedTwice_isTheSameServerAndCannotBeClosed() throws IOException {
    try (RedisFixture first = RedisFixture.shared()) {
      assertThat(RedisFixture.shared()).isSameAs(first);
    }
    assertThat(ask(RedisFixture.shared(), "PING")).isEqualTo("+PONG\r\n");
  }

  @Test
  void shared_broken_isRefused() {
    assertThatThrownBy(RedisFixture.shared()::kill).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(RedisFixture.shared()::pause)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("start() one");
  }

  @Test
  void uri_started_namesHostAndPort() {
    RedisFixture redis = RedisFixture.shared();

    assertThat(redis.uri()).isEqualTo("redis://127.0.0.1:" + redis.port());
    assertThat(redis.port()).isBetween(12_000, 31_999);
  }

  @Test
  void start_severalInOneJvm_areDifferentServers() throws IOException {
    try (RedisFixture one = RedisFixture.start();
        RedisFixture other = RedisFixture.start()) {
      assertThat(ask(one, "SET k one")).isEqualTo("+OK\r\n");

      assertThat(ask(other, "GET k")).isEqualTo("$-1\r\n");
      assertThat(one.pid()).isNotEqualTo(other.pid());
    }
  }

  @Test
  void kill_running_refusesConnectionsUntilRestart() throws IOException {
    try (RedisFixture redis = RedisFixture.start()) {
      long firstPid = redis.pid();
      int port = redis.port();
      ask(redis, "SET k v");

      redis.kill();
      assertThat(Machine.runs(firstPid)).isFalse();
      assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(IOException.class);
      assertThatCode(redis::kill).doesNotThrowAnyException();

      redis.restart();
      assertThat(redis.port()).isEqualTo(port);
      assertThat(redis.pid()).isNotEqualTo(firstPid);
      assertThat(ask(redis, "GET k")).isEqualTo("$-1\r\n");
    }
  }

  @Test
  void restart_withAppendOnlyFile_keepsData() throws IOException {
    try (RedisFixture redis =
        RedisFixture.start(Map.of("appendonly", "yes", "appendfsync", "always"))) {
      ask(redis, "SET k v");

      redis.kill();
      redis.restart();
      assertThat(ask(redis, "GET k")).isEqualTo("$1\r\nv\r\n");

      redis.restart();
      assertThat(ask(redis, "GET k")).isEqualTo("$1\r\nv\r\n");
    }
  }

  @Test
  void pause_running_acceptsButDoesNotAnswerUntilResume() throws IOException {
    try (RedisFixture redis = RedisFixture.start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
      redis.pause();
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.UTF_8));
      socket.setSoTimeout(100);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      redis.resume();
      socket.setSoTimeout(10_000);
      assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void kill_always_returnsWhenThePortIsFree() throws IOException {
    try (RedisFixture redis = RedisFixture.start()) {
      for (int round = 0; round < 30; round++) {
        redis.kill();
        new ServerSocket(redis.port(), 1, InetAddress.getLoopbackAddress()).close();
        redis.restart();
      }
    }
  }

  @Test
  void kill_paused_isDead() {
    try (RedisFixture redis = RedisFixture.start()) {
      redis.pause();

      redis.kill();

      assertThat(Machine.runs(redis.pid())).isFalse();
      assertThatThrownBy(redis::pause)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("does not run");
    }
  }

  @Test
  void close_paused_leavesNothing() {
    RedisFixture redis = RedisFixture.start();
    redis.pause();

    redis.close();
    redis.close();

    assertThat(Machine.runs(redis.pid())).isFalse();
    assertThatThrownBy(redis::restart)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void start_asDaemon_isKeptAllTheSame() throws IOException {
    try (RedisFixture redis = RedisFixture.start(Map.of("daemonize", "yes"))) {
      assertThat(ask(redis, "INFO server")).contains("process_id:" + redis.pid() + "\r\n");
    }
  }

  @Test
  void start_withUnknownSetting_failsWithTheEndOfTheLog() {
    assertThatThrownBy(() -> RedisFixture.start(Map.of("no-such-setting", "1")))
        .isInstanceOf(FixtureException.class)
        .hasMessageContaining("Redis cannot start: it ended with status 1")
        .hasMessageContaining("Bad directive");
  }

  @Test
  void restart_portTaken_failsInOneLine() throws IOException {
    try (RedisFixture redis = RedisFixture.start()) {
      redis.kill();
      try (ServerSocket squatter =
          new ServerSocket(redis.port(), 1, InetAddress.getLoopbackAddress())) {
        assertThatThrownBy(redis::restart)
            .isInstanceOf(FixtureException.class)
            .hasMessage("Redis cannot start: 127.0.0.1:" + squatter.getLocalPort() + " is taken");
      }
      redis.restart();
      assertThat(ask(redis, "PING")).isEqualTo("+PONG\r\n");
    }
  }

  /** Sends one inline command and returns the whole answer. */
  private static String ask(RedisFixture redis, String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getByName(redis.host()), redis.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
