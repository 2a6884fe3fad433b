// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A real, standalone Redis 7.0 server on 127.0.0.1, from a Maven artifact. Needs no installation
 * and no container, and runs as any user.
 *
 * <pre>{@code
 * RedisClient client = RedisClient.create(RedisFixture.shared().uri());   // one per JVM, for most tests
 *
 * try (RedisFixture redis = RedisFixture.start()) {                       // your own, which may be broken
 *   redis.pause();      // connections stay open, the server does not answer
 *   redis.resume();
 *   redis.kill();       // connections break, the port refuses
 *   redis.restart();    // same port
 * }
 * }</pre>
 *
 * <p>The server has no password, no persistence and no memory limit, and the commands of a default
 * installation. {@link #start(Map)} changes that.
 *
 * <p><b>Guarantees.</b> The server ends with this JVM at the latest, even if the JVM is killed, and
 * leaves no file behind. It keeps its port across kills and restarts. A method that changes the
 * state returns when the change has happened.
 *
 * <p><b>No guarantees.</b> The data are lost when the server ends, so a killed server is empty
 * after its restart unless it was started with {@code appendonly yes}.
 *
 * <p>Any thread may read. One thread at a time may change the state of the server.
 */
public final class RedisFixture implements AutoCloseable {
  private static final Once<RedisFixture> SHARED = new Once<>(() -> launch(Map.of(), true));

  private final ServerProcess server;
  private final boolean isShared;

  private RedisFixture(ServerProcess server, boolean isShared) {
    this.server = server;
    this.isShared = isShared;
  }

  /**
   * Returns the server that all tests of this JVM share. The first call starts it. Use keys of your
   * own, and do not break the server: other tests use it.
   *
   * @return the shared server; closing it has no effect
   * @throws FixtureException if it cannot be started
   */
  public static RedisFixture shared() {
    return SHARED.get();
  }

  /**
   * Starts a server of your own.
   *
   * @return the running server
   * @throws FixtureException if it cannot be started
   */
  public static RedisFixture start() {
    return start(Map.of());
  }

  /**
   * Starts a server of your own with some settings changed.
   *
   * @param settings names and values as in {@code redis.conf}, for example {@code appendonly} and
   *     {@code yes}; they replace the fixture's settings, except {@code port}, {@code bind}, {@code
   *     dir} and {@code daemonize}. {@code requirepass} does not work: the fixture asks without a
   *     password whether the server is ready
   * @return the running server
   * @throws FixtureException if it cannot be started, for example because of a setting
   */
  public static RedisFixture start(Map<String, String> settings) {
    return launch(settings, false);
  }

  private static RedisFixture launch(Map<String, String> settings, boolean isShared) {
    Program program = new Program(Binaries.redis(), settings);
    OwnedDirectory directory = OwnedDirectory.create();
    ServerProcess server = new ServerProcess(program, directory);
    try {
      Files.createDirectory(server.data());
      server.start();
    } catch (IOException e) {
      server.close();
      throw new FixtureException("cannot write to " + directory.path(), e);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
    return new RedisFixture(server, isShared);
  }

  /**
   * Returns the address of the server.
   *
   * @return {@code 127.0.0.1}
   */
  public String host() {
    return "127.0.0.1";
  }

  /**
   * Returns the port of the server.
   *
   * @return the port, the same for the life of the fixture
   */
  public int port() {
    return server.port();
  }

  /**
   * Returns the address and the port as a Redis URI.
   *
   * @return {@code redis://127.0.0.1:port}
   */
  public String uri() {
    return "redis://" + host() + ":" + port();
  }

  /**
   * Returns the process id of the server. It changes with every restart.
   *
   * @return the process id of the latest server, which may have ended
   */
  public long pid() {
    return server.pid();
  }

  /**
   * Kills the server (SIGKILL). Returns when it is dead. No effect on a dead server.
   *
   * @throws IllegalStateException if this is the shared server
   */
  public void kill() {
    notShared().kill();
  }

  /**
   * Starts the server again with its port and directory. A server that still runs is stopped first,
   * by SIGINT, which is an orderly shutdown.
   *
   * @throws IllegalStateException if this is the shared server
   * @throws FixtureException if it cannot be started
   */
  public void restart() {
    notShared().restart();
  }

  /**
   * Pauses the server (SIGSTOP). Returns when it is stopped. Connections stay open, and the
   * operating system accepts new ones, but the server does not answer.
   *
   * @throws IllegalStateException if the server does not run, or is the shared one
   */
  public void pause() {
    notShared().pause();
  }

  /**
   * Resumes a paused server (SIGCONT). No effect on a running one.
   *
   * @throws IllegalStateException if the server does not run, or is the shared one
   */
  public void resume() {
    notShared().resume();
  }

  private ServerProcess notShared() {
    if (isShared) {
      throw new IllegalStateException(
          "other tests use the shared Redis; start() one of your own to break");
    }
    return server;
  }

  /** Kills the server and removes its files. No effect on the shared one, or the second time. */
  @Override
  public void close() {
    if (!isShared) {
      server.close();
    }
  }

  private record Program(Path binary, Map<String, String> settings)
      implements ServerProcess.Program {

    @Override
    public String name() {
      return "Redis";
    }

    @Override
    public List<String> command(Path data, int port) {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("save", "");
      all.put("appendonly", "no");
      all.put("repl-diskless-sync-delay", "0");
      all.putAll(settings);
      all.put("bind", "127.0.0.1");
      all.put("port", Integer.toString(port));
      all.put("dir", data.toString());
      all.put("daemonize", "no"); // a daemon would leave its supervisor
      List<String> command = new ArrayList<>(List.of(binary.toString()));
      all.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
      return command;
    }

    @Override
    public boolean ready(Path data, int port, long pid) throws IOException {
      try (Socket socket = new Socket(Machine.loopback(), port)) {
        socket.setSoTimeout(1000);
        socket.getOutputStream().write("INFO\r\nQUIT\r\n".getBytes(StandardCharsets.UTF_8));
        InputStream input = socket.getInputStream();
        String answer = new String(input.readAllBytes(), StandardCharsets.UTF_8);
        return answer.contains("\nprocess_id:" + pid + "\r\n") && answer.contains("\nloading:0\r");
      }
    }
  }
}
