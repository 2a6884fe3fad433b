// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import dev.tenfold.examples.Instance;
import dev.tenfold.examples.InstanceConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One instance of the service as a process of its own. Its standard input is the rope it hangs on:
 * the operating system cuts it when this process ends, in whatever way, and the instance ends too.
 */
final class InstanceProcess implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final InstanceConfig config;
  private final Path log;
  private final LoadBalancer.Target target;
  private final TimeSource time;
  private @Nullable Process process;

  InstanceProcess(TimeSource time, InstanceConfig config, Path folder, LoadBalancer.Target target) {
    this.time = time;
    this.config = config;
    this.log = folder.resolve("instance-" + config.name() + ".log");
    this.target = target;
  }

  String name() {
    return config.name();
  }

  /** Starts the process; call {@link #awaitReady} before it is needed. */
  void launch() throws IOException {
    Process started =
        new ProcessBuilder(command())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    OutputStream rope = started.getOutputStream();
    rope.write(new JsonMapper().writeValueAsBytes(config));
    rope.write('\n');
    rope.flush();
  }

  /** Returns when the process answers requests, and sends it its share of the traffic from then. */
  void awaitReady() throws IOException {
    Process started = running();
    BufferedReader answers = started.inputReader(StandardCharsets.UTF_8);
    String line = answers.readLine();
    if (line == null || !line.startsWith("ready ")) {
      throw new IOException("instance " + name() + " did not start; see " + log);
    }
    target.at("http://127.0.0.1:" + line.substring("ready ".length()).trim());
  }

  /**
   * Kills the process as {@code kill -9} does. Its address stays with the balancer, which learns of
   * the death as balancers do: from connections that fail.
   */
  void kill() {
    running().destroyForcibly();
  }

  private Process running() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("instance " + name() + " was not started");
    }
    return running;
  }

  private static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx192m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dsun.net.httpserver.nodelay=true",
        "-cp",
        System.getProperty("java.class.path"),
        Instance.class.getName());
  }

  /** Lets go of the rope and waits for the end, a moment at most. */
  @Override
  public void close() {
    Process running = process;
    if (running == null) {
      return;
    }
    try {
      TimeSource.Timer patience =
          time.schedule(TIMEOUT.toNanos(), Runnable::run, running::destroyForcibly);
      running.getOutputStream().close();
      running.waitFor();
      patience.cancel();
    } catch (IOException e) {
      running.destroyForcibly();
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      running.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
