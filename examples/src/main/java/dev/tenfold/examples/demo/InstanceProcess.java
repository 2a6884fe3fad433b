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
 * The process of one instance of the service. The instance ends at the end of its standard input,
 * which the operating system closes when this process ends in any way.
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

  /** Starts the process, without waiting until it serves. */
  void launch() throws IOException {
    Process started =
        new ProcessBuilder(command())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    OutputStream input = started.getOutputStream();
    input.write(new JsonMapper().writeValueAsBytes(config));
    input.write('\n');
    input.flush();
  }

  /** Waits until the process serves, and adds it to the load balancer. */
  void awaitReady() throws IOException {
    Process started = running();
    BufferedReader answers = started.inputReader(StandardCharsets.UTF_8);
    String line = answers.readLine();
    if (line == null || !line.startsWith("ready ")) {
      throw new IOException("instance " + name() + " did not start; its log is " + log);
    }
    target.at("http://127.0.0.1:" + line.substring("ready ".length()).trim());
  }

  /**
   * Kills the process as {@code kill -9} does. The load balancer keeps the address and learns of
   * the end from connections that fail.
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
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
        "-cp",
        System.getProperty("java.class.path"),
        Instance.class.getName());
  }

  /** Closes the standard input and waits for the end of the process; kills it after 5 seconds. */
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
