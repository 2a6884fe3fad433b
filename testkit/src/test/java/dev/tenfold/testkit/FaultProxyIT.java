// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FaultProxyIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int SILENCE_MILLIS = 200;
  private static final byte[] PING = "PING\r\n".getBytes(UTF_8);
  private static final byte[] PONG = "+PONG\r\n".getBytes(UTF_8);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private RedisFixture redis;
  private FaultProxy proxy;

  @BeforeEach
  void open() {
    redis = RedisFixture.shared();
    proxy = FaultProxy.to(redis.port());
  }

  @AfterEach
  void close() throws Exception {
    proxy.close();
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void proxy_lettuce_works() {
    RedisClient client = RedisClient.create("redis://127.0.0.1:" + proxy.port());
    try (var connection = client.connect()) {
      String value = "x".repeat(1_000_000);
      connection.sync().set("FaultProxyIT", value);
      assertThat(connection.sync().get("FaultProxyIT")).isEqualTo(value);
    } finally {
      client.shutdown();
    }
  }

  @Test
  void proxy_postgres_worksAndShowsFaultsToTheDriver() throws SQLException {
    PostgresServer server = PostgresFixture.shared().primary();
    proxy.redirect(server.port());
    String url = server.jdbcUrl("postgres", proxy.port());
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(query(connection, "select length(repeat('x', 2000000))")).isEqualTo("2000000");
      assertThat(query(connection, "select repeat('x', 2000000)")).hasSize(2_000_000);

      proxy.stall();
      connection.setNetworkTimeout(Runnable::run, SILENCE_MILLIS);
      assertThatThrownBy(() -> query(connection, "select 1")).hasMessageContaining("I/O error");

      proxy.cut();
      assertThatThrownBy(() -> DriverManager.getConnection(url)).hasMessageContaining("refused");
    }
    proxy.heal();
    try (Connection connection = DriverManager.getConnection(url)) {
      assertThat(query(connection, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void transfer_directionEndsFirst_passesEveryByteAndTheEnd() throws Exception {
    byte[] sent = new byte[3_000_000];
    new Random(7).nextBytes(sent);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      CompletableFuture<Void> echo =
          CompletableFuture.runAsync(() -> {
            try (Socket accepted = server.accept()) {
              accepted.getOutputStream().write(accepted.getInputStream().readAllBytes());
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      proxy.redirect(server.getLocalPort());
      Socket client = connect();
      client.getOutputStream().write(sent);
      client.shutdownOutput();

      assertThat(Arrays.equals(client.getInputStream().readAllBytes(), sent)).isTrue();
      echo.get();
    }
  }

  @Test
  void cut_openConnection_isResetAndNewOnesAreRefusedUntilHealed() throws IOException {
    Socket before = connect();
    ping(before);
    int port = proxy.port();

    proxy.cut();

    assertThatThrownBy(() -> before.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    assertThatCode(proxy::cut).doesNotThrowAnyException();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);

    proxy.heal();
    assertThat(proxy.port()).isEqualTo(port);
    ping(connect());
    assertThatCode(proxy::heal).doesNotThrowAnyException();
  }

  @Test
  void cut_whileBytesAreHeldBack_dropsThem() throws IOException {
    redis("DEL FaultProxyIT.dropped");
    Socket held = connect();
    ping(held);
    proxy.stall();
    held.getOutputStream().write("SET FaultProxyIT.dropped 1\r\n".getBytes(UTF_8));

    proxy.cut();
    proxy.heal();

    ping(connect());
    assertThat(redis("GET FaultProxyIT.dropped")).isEqualTo("$-1\r\n");
  }

  @Test
  void delay_clockMoves_delaysTheOpeningTheRequestAndTheAnswer() throws IOException {
    ManualTimeSource time = new ManualTimeSource();
    try (FaultProxy slow = FaultProxy.to(time, redis.port())) {
      slow.delay(Duration.ofMillis(50));
      Socket client = connect(slow);

      assertThat(roundTrip(time, client)).isBetween(150L, 1500L);
      assertThat(roundTrip(time, client)).isBetween(100L, 1500L);

      slow.delay(Duration.ZERO);
      ping(client);
      slow.delay(Duration.ofDays(1));
      client.getOutputStream().write(PING);
      assertSilent(client);
      slow.heal();
      assertAnswer(client);
    }
  }

  /** Returns the milliseconds by which the clock had to move. */
  private static long roundTrip(ManualTimeSource time, Socket client) throws IOException {
    long began = time.nanoTime();
    client.getOutputStream().write(PING);
    Await.until(
        "the answer is there",
        SOON,
        () -> {
          boolean arrived = client.getInputStream().available() > 0;
          if (!arrived) {
            time.advance(Duration.ofMillis(10));
          }
          return arrived;
        });
    assertAnswer(client);
    return TimeUnit.NANOSECONDS.toMillis(time.nanoTime() - began);
  }

  @Test
  void stall_oldAndNewConnections_stayOpenAndAreAnsweredOnceHealed() throws IOException {
    Socket before = connect();
    ping(before);
    redis("SET FaultProxyIT.counter 0");

    proxy.stall();
    Socket during = connect();
    byte[] increment = "INCR FaultProxyIT.counter\r\nPING\r\n".getBytes(UTF_8);
    before.getOutputStream().write(increment);
    assertSilent(before);
    during.getOutputStream().write(increment);
    assertSilent(during);
    assertThat(redis("GET FaultProxyIT.counter")).isEqualTo("$1\r\n0\r\n");

    proxy.heal();
    assertThat(before.getInputStream().readNBytes(4 + PONG.length)).endsWith(PONG);
    assertThat(during.getInputStream().readNBytes(4 + PONG.length)).endsWith(PONG);
    assertThat(redis("GET FaultProxyIT.counter")).isEqualTo("$1\r\n2\r\n");
  }

  @Test
  void stall_serverDies_clientLearnsOnceHealed() throws IOException {
    try (RedisFixture own = RedisFixture.start()) {
      proxy.redirect(own.port());
      Socket client = connect();
      ping(client);

      proxy.stall();
      own.kill();
      assertSilent(client);

      proxy.heal();
      assertThat(endOf(client)).isTrue();
    }
  }

  @Test
  void stall_senderWritesOn_hasToWait() throws IOException {
    proxy.stall();
    try (SocketChannel sender =
        SocketChannel.open(new InetSocketAddress("127.0.0.1", proxy.port()))) {
      sender.configureBlocking(false);
      ByteBuffer much = ByteBuffer.allocate(1 << 20);
      int[] inARow = {0};
      long[] taken = {0};
      Await.until(
          "ten writes in a row are not taken",
          SOON,
          () -> {
            much.clear();
            int written = sender.write(much);
            taken[0] += written;
            inARow[0] = written == 0 ? inARow[0] + 1 : 0;
            return inARow[0] == 10;
          });
      assertThat(taken[0]).isLessThan(64L << 20);
    }
  }

  @Test
  void redirect_oldConnection_staysWithItsServer() throws IOException {
    try (RedisFixture other = RedisFixture.start()) {
      Socket before = connect();
      ping(before);

      proxy.redirect(other.port());

      assertThat(ask(before, "CONFIG GET port")).contains("\r\n" + redis.port() + "\r\n");
      assertThat(ask(connect(), "CONFIG GET port")).contains("\r\n" + other.port() + "\r\n");
      proxy.heal();
      assertThat(ask(connect(), "CONFIG GET port")).contains("\r\n" + other.port() + "\r\n");
      assertThat(proxy).hasToString("proxy on 127.0.0.1:" + proxy.port() + " to " + other.port());
    }
  }

  @Test
  void connect_serverDead_isResetUntilTheServerIsBack() throws IOException {
    try (RedisFixture own = RedisFixture.start()) {
      proxy.redirect(own.port());
      own.kill();

      Socket client = connect();
      assertThat(endOf(client)).isTrue();

      own.restart();
      ping(connect());
    }
  }

  @Test
  void connect_beyondTheLimit_isReset() throws IOException {
    proxy.stall();
    for (int i = 0; i < 1000; i++) {
      connect();
    }
    assertThat(endOf(connect())).isTrue();

    proxy.cut();
    proxy.heal();
    ping(connect());
  }

  @Test
  void close_faultsAndConnections_leavesNoThreadAndNoPort() throws IOException {
    Socket idle = connect();
    ping(idle);
    proxy.stall();
    Socket held = connect();
    held.getOutputStream().write(PING);
    assertThat(threads(proxy)).isNotEmpty();

    proxy.close();

    assertThat(threads(proxy)).isEmpty();
    assertThat(endOf(idle)).isTrue();
    assertThat(endOf(held)).isTrue();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    assertThatCode(proxy::close).doesNotThrowAnyException();
    assertThatThrownBy(proxy::heal)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(proxy::stall).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void connections_endedByTheClient_leaveNoThread() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (Socket client = connect()) {
        ping(client);
      }
    }
    Await.until("only the acceptor is left", SOON, () -> threads(proxy).size() == 1);
    assertThat(threads(proxy)).allMatch(Thread::isDaemon);
  }

  @Test
  void arguments_outOfRange_areRefused() {
    assertThatThrownBy(() -> FaultProxy.to(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> proxy.redirect(65_536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65536");
    assertThatThrownBy(() -> proxy.delay(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Thread> threads(FaultProxy proxy) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("tenfold-proxy-" + proxy.port()))
        .toList();
  }

  private Socket connect() throws IOException {
    return connect(proxy);
  }

  private Socket connect(FaultProxy to) throws IOException {
    Socket client = new Socket(Machine.loopback(), to.port());
    client.setSoTimeout((int) SOON.toMillis());
    opened.add(client);
    return client;
  }

  private static void ping(Socket client) throws IOException {
    client.getOutputStream().write(PING);
    assertAnswer(client);
  }

  private static void assertAnswer(Socket client) throws IOException {
    assertThat(client.getInputStream().readNBytes(PONG.length)).isEqualTo(PONG);
  }

  private static void assertSilent(Socket client) throws IOException {
    client.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    client.setSoTimeout((int) SOON.toMillis());
  }

  /** Returns whether the connection ends, by a reset or not, rather than stay silent. */
  private static boolean endOf(Socket client) throws IOException {
    try {
      return client.getInputStream().read() < 0;
    } catch (SocketTimeoutException silent) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** Asks Redis, not through the proxy. */
  private String redis(String command) throws IOException {
    try (Socket direct = new Socket(Machine.loopback(), redis.port())) {
      direct.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(UTF_8));
      String answer = new String(direct.getInputStream().readAllBytes(), UTF_8);
      return answer.substring(0, answer.length() - "+OK\r\n".length());
    }
  }

  private static String ask(Socket client, String command) throws IOException {
    client.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(UTF_8));
    return new String(client.getInputStream().readAllBytes(), UTF_8);
  }

  private static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
