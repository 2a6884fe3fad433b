// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One server on one port with one data directory: starts, dies, comes back. One thread at a time
 * may change its state.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration SIGNALLED = Duration.ofSeconds(30);
  private static final Duration ORDERLY = Duration.ofSeconds(5);
  private static final int PORTS_TRIED = 10;
  private static final int TAIL_LINES = 20;

  /** What to run. */
  interface Program {
    /** Returns its name, for messages. */
    String name();

    /** Returns the command that serves {@code data} on 127.0.0.1 and {@code port}. */
    List<String> command(Path data, int port);

    /** Says whether the process {@code pid}, and no other, serves. May throw: not yet. */
    boolean ready(Path data, int port, long pid) throws IOException;
  }

  private final Program program;
  private final OwnedDirectory directory;
  private volatile int port;
  private volatile boolean closed;

  /** The directory must have a subdirectory {@code data}; the caller starts the server. */
  ServerProcess(Program program, OwnedDirectory directory) {
    this.program = program;
    this.directory = directory;
  }

  /** Starts the server on a free port. If another process is faster, takes another one. */
  void start() {
    for (int tried = 1; tried < PORTS_TRIED; tried++) {
      port = Ports.free();
      if (launched()) {
        return;
      }
    }
    start(Ports.free());
  }

  /** Starts the server on the given port. */
  void start(int wanted) {
    port = wanted;
    if (!launched()) {
      throw new FixtureException(program.name() + " cannot start: 127.0.0.1:" + port + " is taken");
    }
  }

  /** Returns false if the port is taken. */
  private boolean launched() {
    if (closed) {
      throw new IllegalStateException(program.name() + " on port " + port + " is closed");
    }
    try {
      long logged = Files.size(directory.log());
      Keeper keeper = directory.run(program.command(data(), port));
      long pid = keeper.serverPid();
      try {
        Await.until(
            program.name() + " serves on port " + port,
            READY,
            () -> !Machine.runs(pid) || program.ready(data(), port, pid));
      } catch (AssertionError late) {
        keeper.pass("KILL");
        throw new FixtureException(late.getMessage() + tail(logged), late);
      }
      return Machine.runs(pid) || !portTaken(keeper, logged);
    } catch (IOException e) {
      throw new FixtureException(program.name() + " cannot start: " + e.getMessage(), e);
    }
  }

  /** Returns true if the server that has just ended found its port taken, and throws if not so. */
  private boolean portTaken(Keeper keeper, long logged) throws IOException {
    int status = keeper.endStatus();
    String said = saidSince(logged);
    if (said.contains("Address already in use") || said.contains("Address in use")) { // glibc, musl
      return true;
    }
    if (said.contains("No space left on device")) {
      throw new FixtureException(
          program.name() + " cannot start: no space left on the device of " + directory.path());
    }
    throw new FixtureException(
        program.name() + " cannot start: it ended with status " + status + tail(logged));
  }

  int port() {
    return port;
  }

  Path data() {
    return directory.path().resolve("data");
  }

  /** Returns the process id of the latest server, which may have ended. */
  long pid() {
    return directory.keeper().serverPid();
  }

  boolean runs() {
    return Machine.runs(pid());
  }

  void kill() {
    requireOpen();
    List<ProcessHandle> family = family();
    directory.keeper().pass("KILL");
    Await.until(
        program.name() + " on port " + port + " is dead",
        SIGNALLED,
        () -> family.stream().noneMatch(process -> Machine.runs(process.pid())));
  }

  /** Ends the server in its own way, or by force if it does not obey, and starts it again. */
  void restart() {
    requireOpen();
    if (runs()) {
      resume();
      directory.keeper().pass("INT");
      try {
        Await.until(program.name() + " has stopped", ORDERLY, () -> !runs());
      } catch (AssertionError late) {
        kill();
      }
    }
    start(port);
  }

  void pause() {
    requireRunning();
    directory.keeper().pass("STOP");
    Await.until(
        program.name() + " on port " + port + " stands still",
        SIGNALLED,
        () -> {
          boolean stands = family().stream().allMatch(process -> standsStill(process.pid()));
          if (!stands) {
            directory.keeper().pass("STOP"); // for a child that was just being born
          }
          return stands;
        });
  }

  /** A child that ended just before can only be buried by a parent that runs. */
  private static boolean standsStill(long pid) {
    return Machine.isStopped(pid) || !Machine.runs(pid);
  }

  void resume() {
    requireRunning();
    directory.keeper().pass("CONT");
  }

  /** Ends the server and removes its directory. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      directory.remove();
    }
  }

  private List<ProcessHandle> family() {
    return ProcessHandle.of(pid())
        .map(server -> Stream.concat(Stream.of(server), server.children()).toList())
        .orElse(List.of());
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(program.name() + " on port " + port + " is closed");
    }
  }

  private void requireRunning() {
    requireOpen();
    if (!runs()) {
      throw new IllegalStateException(program.name() + " on port " + port + " does not run");
    }
  }

  private String saidSince(long offset) throws IOException {
    byte[] log = Files.readAllBytes(directory.log());
    int from = (int) Math.min(offset, log.length);
    return new String(log, from, log.length - from, StandardCharsets.UTF_8);
  }

  private String tail(long offset) throws IOException {
    String[] lines = saidSince(offset).split("\n");
    return Arrays.stream(lines)
        .skip(Math.max(0, lines.length - TAIL_LINES))
        .collect(Collectors.joining("\n  ", "; the end of its log:\n  ", ""));
  }
}
