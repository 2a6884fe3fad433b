// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.core.TimeSource;
import dev.tenfold.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A {@link HistoryWorker} as its parent sees it. */
final class WorkerProcess implements AutoCloseable {
  private static final String END = "";
  private static final int MAX_TOKENS = 1000;

  private final Process process;
  private final Path errors;
  private final BlockingQueue<String> tokens = new ArrayBlockingQueue<>(MAX_TOKENS);
  private final Thread reader;
  private final Thread writer;
  private volatile boolean ready;
  private volatile String leaked = "nothing said";

  /** Starts a worker; what it prints for others goes to the consumer. */
  WorkerProcess(Path directory, int number, long seed, List<String> urls, Consumer<String> others)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(HistoryWorker.class.getName());
    command.addAll(List.of("" + number, directory.toString(), "" + seed));
    command.addAll(urls);
    this.errors = directory.resolve("process" + number + ".err");
    this.process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    this.reader = start("worker-out-" + number, () -> read(others));
    this.writer = start("worker-in-" + number, this::write);
  }

  private static Thread start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void read(Consumer<String> others) {
    try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(HistoryWorker.TOKEN)) {
          others.accept(line);
        } else if (line.startsWith(HistoryWorker.READY)) {
          requireOneClock(Long.parseLong(line.substring(HistoryWorker.READY.length() + 1)));
          ready = true;
        } else if (line.startsWith(HistoryWorker.LEAKED)) {
          leaked = line;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A history of several processes needs one clock: System.nanoTime counts from the boot. */
  private static void requireOneClock(long there) {
    long apart = TimeSource.system().nanoTime() - there;
    if (Math.abs(apart) > TimeUnit.SECONDS.toNanos(30)) {
      throw new IllegalStateException("the clock of another process is " + apart + " ns apart");
    }
  }

  private void write() {
    try (Writer in = process.outputWriter(StandardCharsets.US_ASCII)) {
      for (String line = tokens.take(); !line.equals(END); line = tokens.take()) {
        in.append(line).append('\n').flush();
      }
    } catch (IOException | InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends a token to the worker, unless it is far behind. */
  void send(String token) {
    tokens.offer(token);
  }

  void awaitReady() {
    Await.until(
        "a worker is ready, " + errors, Duration.ofSeconds(30), () -> ready || !process.isAlive());
    requireAlive();
  }

  void requireAlive() {
    if (!process.isAlive()) {
      throw new AssertionError("a worker has ended with " + process.exitValue() + ", " + errors);
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).inheritIO().start().waitFor();
  }

  /** Lets the worker end what it is doing, and returns what it said about connections in use. */
  String stop() throws InterruptedException {
    tokens.clear();
    tokens.put(END);
    Await.until("a worker has ended", Duration.ofSeconds(60), () -> !process.isAlive());
    reader.join();
    if (process.exitValue() != 0) {
      throw new AssertionError("a worker has ended with " + process.exitValue() + ", " + errors);
    }
    return leaked;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    writer.interrupt();
  }
}
