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
 * The small shell process ({@code keeper.sh}) that stands between this JVM and one server, or
 * watches over a directory without one. It ends the server and removes the directory as soon as its
 * standard input ends, which the operating system sees to even when this JVM is killed.
 */
final class Keeper {
  private static final Duration REMOVAL = Duration.ofSeconds(30);

  private final Process process;
  private final OutputStream rope;
  private final BufferedReader answers;
  private final long serverPid;

  private Keeper(Process process) throws IOException {
    this.process = process;
    this.rope = process.getOutputStream();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    String pid = answers.readLine();
    if (pid == null) {
      throw new IOException("the keeper ended at once");
    }
    this.serverPid = pid.isEmpty() ? 0 : Long.parseLong(pid);
  }

  /**
   * Starts a keeper and, unless {@code command} is empty, the server. The keeper gets a session of
   * its own where that is possible, so that Ctrl-C reaches the owner alone.
   */
  static Keeper start(Path directory, Path log, List<String> command) throws IOException {
    List<String> all = new ArrayList<>();
    Path setsid = Machine.command("setsid");
    if (setsid != null) {
      all.add(setsid.toString());
    }
    all.addAll(List.of("/bin/sh", "-c", script(), "keeper", directory.toString(), log.toString()));
    all.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(all).directory(Path.of("/").toFile());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("LC_ALL", "C");
    return new Keeper(builder.start());
  }

  private static String script() throws IOException {
    try (InputStream script = Keeper.class.getResourceAsStream("keeper.sh")) {
      if (script == null) {
        throw new IOException("keeper.sh is missing beside " + Keeper.class.getName());
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns the server's process id, 0 without a server. */
  long serverPid() {
    return serverPid;
  }

  /** Gives the keeper a signal to pass on and returns when it has done so. */
  void pass(String signal) {
    try {
      say(signal);
      String answer;
      do {
        answer = answers.readLine();
        if (answer == null) {
          throw new IOException("the keeper has ended");
        }
      } while (!answer.equals(signal));
    } catch (IOException e) {
      throw new FixtureException("cannot pass SIG" + signal + " to " + serverPid, e);
    }
  }

  /** Waits for the server's end and returns its exit status; 128 + n after signal n. */
  int endStatus() throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith("ended ")) {
        return Integer.parseInt(line.substring("ended ".length()));
      }
    }
    throw new IOException("the keeper has ended");
  }

  /** Lets the keeper go without ending anything: another one keeps the directory now. */
  void release() {
    try {
      say("release");
      rope.close();
    } catch (IOException alreadyGone) {
      // What is not there need not be let go.
    }
  }

  /** Ends the server, removes the directory, and returns when both have happened. */
  void letGo() {
    try {
      rope.close();
    } catch (IOException alreadyGone) {
      // The end of the rope is what this is about.
    }
    Await.until("the keeper has cleaned up", REMOVAL, () -> !process.isAlive());
  }

  private void say(String word) throws IOException {
    rope.write((word + "\n").getBytes(StandardCharsets.UTF_8));
    rope.flush();
  }
}
