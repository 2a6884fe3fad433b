// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell process ({@code supervisor.sh}) that runs one server in a directory, or only watches a
 * directory. When its standard input ends, it kills the server and removes the directory. The
 * operating system closes that pipe even if this JVM is killed.
 */
final class Supervisor {
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  private final Process process;
  private final OutputStream commands;
  private final BufferedReader answers;
  private final long serverPid;

  private Supervisor(Process process) throws IOException {
    this.process = process;
    this.commands = process.getOutputStream();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    String pid = answers.readLine();
    if (pid == null) {
      throw new IOException("the supervisor ended at its start");
    }
    this.serverPid = pid.isEmpty() ? 0 : Long.parseLong(pid);
  }

  /**
   * Starts a supervisor and, unless {@code command} is empty, the server. The supervisor gets a
   * session of its own where {@code setsid} exists, so that Ctrl-C reaches the owner only.
   */
  static Supervisor start(Path directory, Path log, List<String> command) throws IOException {
    List<String> all = new ArrayList<>();
    Path setsid = Machine.command("setsid");
    if (setsid != null) {
      all.add(setsid.toString());
    }
    all.addAll(
        List.of("/bin/sh", "-c", script(), "supervisor", directory.toString(), log.toString()));
    all.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(all).directory(Path.of("/").toFile());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("LC_ALL", "C");
    return new Supervisor(builder.start());
  }

  private static String script() throws IOException {
    try (InputStream script = Supervisor.class.getResourceAsStream("supervisor.sh")) {
      if (script == null) {
        throw new IOException("supervisor.sh is missing beside " + Supervisor.class.getName());
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns the server's process id, 0 without a server. */
  long serverPid() {
    return serverPid;
  }

  /** Sends a signal to the server and its children (INT: to the server only). Blocks until sent. */
  void signal(String signal) {
    try {
      send(signal);
      String answer;
      do {
        answer = answers.readLine();
        if (answer == null) {
          throw new IOException("the supervisor has ended");
        }
      } while (!answer.equals(signal));
    } catch (IOException e) {
      throw new FixtureException("cannot send SIG" + signal + " to process " + serverPid, e);
    }
  }

  /** Waits for the end of the server; returns its exit status, 128 + n after signal n. */
  int endStatus() throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith("ended ")) {
        return Integer.parseInt(line.substring("ended ".length()));
      }
    }
    throw new IOException("the supervisor has ended");
  }

  /** Ends the supervisor only. The directory stays: another supervisor watches it by now. */
  void detach() {
    try {
      send("detach");
      commands.close();
    } catch (IOException ended) {
      // The supervisor has ended already.
    }
  }

  /** Kills the server and removes the directory. Blocks until both are done. */
  void killAndRemove() {
    try {
      commands.close();
    } catch (IOException ended) {
      // The pipe is closed all the same.
    }
    Await.until(
        "the supervisor has ended the server and removed its directory",
        SHUTDOWN_TIMEOUT,
        () -> !process.isAlive());
  }

  private void send(String command) throws IOException {
    commands.write((command + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
  }
}
