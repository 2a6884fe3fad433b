// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One server on one port with one data directory, which can be started, killed, paused and
 * restarted. One thread at a time may change its state.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SIGNAL_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_PORTS_TRIED = 10;
  private static final int TAIL_LINES = 20;
  private static final int LISTINGS = 3;

  /** The program of a server. */
  interface Program {
    /** Returns the name of the server in messages. */
    String name();

    /** Returns the command that starts the server with {@code data} on 127.0.0.1:{@code port}. */
    List<String> command(Path data, int port);

    /** Returns whether the process {@code pid} is ready; if it throws, it is not ready yet. */
    boolean ready(Path data, int port, long pid) throws IOException;
  }

  /** An action on files. */
  interface FileAction {
    void run() throws IOException;
  }

  private final Program program;
  private final OwnedDirectory directory;
  private volatile int port;
  private volatile boolean paused;
  private volatile boolean closed;

  /** The directory must have a subdirectory {@code data}; the caller starts the server. */
  ServerProcess(Program program, OwnedDirectory directory) {
    this.program = program;
    this.directory = directory;
  }

  /** Starts the server on a free port. If another process takes the port first, tries more. */
  void start() {
    for (int tried = 1; tried < MAX_PORTS_TRIED; tried++) {
      port = Ports.free();
      if (tryStart()) {
        return;
      }
    }
    start(Ports.free());
  }

  /** Starts the server on the given port. */
  void start(int onPort) {
    port = onPort;
    if (!tryStart()) {
      throw new FixtureException(program.name() + " cannot start: 127.0.0.1:" + port + " is taken");
    }
  }

  /** Starts the server and waits until it is ready; returns false if the port is taken. */
  private boolean tryStart() {
    if (closed) {
      throw new IllegalStateException(program.name() + " on port " + port + " is closed");
    }
    try {
      paused = false;
      long logOffset = Files.size(directory.log());
      Supervisor supervisor = directory.run(program.command(data(), port));
      long pid = supervisor.serverPid();
      try {
        Await.until(
            program.name() + " serves on port " + port,
            READY_TIMEOUT,
            () -> !Machine.runs(pid) || program.ready(data(), port, pid));
      } catch (AssertionError late) {
        supervisor.signal("KILL");
        throw new FixtureException(late.getMessage() + tail(logOffset), late);
      }
      return Machine.runs(pid) || !portTaken(supervisor, logOffset);
    } catch (IOException e) {
      throw new FixtureException(program.name() + " cannot start: " + e.getMessage(), e);
    }
  }

  /** Returns true if the server has ended because its port is taken; throws for another reason. */
  private boolean portTaken(Supervisor supervisor, long logOffset) throws IOException {
    int status = supervisor.endStatus();
    String log = logSince(logOffset);
    if (log.contains("Address already in use") || log.contains("Address in use")) { // glibc, musl
      return true;
    }
    if (log.contains("No space left on device")) {
      throw new FixtureException(
          program.name() + " cannot start: no space left on the device of " + directory.path());
    }
    throw new FixtureException(
        program.name() + " cannot start: it ended with status " + status + tail(logOffset));
  }

  int port() {
    return port;
  }

  Path directory() {
    return directory.path();
  }

  Path data() {
    return directory.path().resolve("data");
  }

  /** Returns the process id of the latest server, which may have ended. */
  long pid() {
    return directory.supervisor().serverPid();
  }

  boolean runs() {
    return Machine.runs(pid());
  }

  void kill() {
    requireOpen();
    Set<ProcessHandle> processes = processes();
    directory.supervisor().signal("KILL");
    awaitEnd(processes);
  }

  /**
   * Kills one child (SIGKILL). Returns when all children of this moment have ended: the server ends
   * the others, because they share the memory of the killed one.
   *
   * @throws IllegalArgumentException if the server has no such child
   */
  void killChild(long pid) {
    requireRunning();
    if (paused) {
      throw new IllegalStateException(program.name() + " on port " + port + " is paused");
    }
    Set<ProcessHandle> children = processes();
    children.removeIf(process -> process.pid() == pid());
    child(pid)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "process " + pid + " is no child of " + program.name() + " on port " + port))
        .destroyForcibly();
    awaitEnd(children);
  }

  /** Asks one child to end (SIGTERM). No effect if the server has no such child. */
  void endChild(long pid) {
    child(pid).ifPresent(ProcessHandle::destroy);
  }

  private Optional<ProcessHandle> child(long pid) {
    return ProcessHandle.of(pid)
        .filter(process -> process.parent().filter(parent -> parent.pid() == pid()).isPresent());
  }

  private void awaitEnd(Set<ProcessHandle> processes) {
    Await.until(
        program.name() + " on port " + port + " is dead",
        SIGNAL_TIMEOUT,
        () -> processes.stream().noneMatch(process -> Machine.runs(process.pid())));
  }

  /** Starts a dead server with its port and its data. */
  void startAgain() {
    requireOpen();
    start(port);
  }

  /** Stops the server by SIGINT, by SIGKILL if that takes too long, and starts it again. */
  void restart() {
    requireOpen();
    if (runs()) {
      resume();
      directory.supervisor().signal("INT");
      try {
        Await.until(program.name() + " has stopped", SHUTDOWN_TIMEOUT, () -> !runs());
      } catch (AssertionError late) {
        kill();
      }
    }
    start(port);
  }

  void pause() {
    requireRunning();
    directory.supervisor().signal("STOP");
    Await.until(
        program.name() + " on port " + port + " is stopped",
        SIGNAL_TIMEOUT,
        () -> {
          boolean stopped = processes().stream().allMatch(process -> isStopped(process.pid()));
          if (!stopped) {
            directory.supervisor().signal("STOP"); // again, for a child that was started meanwhile
          }
          return stopped;
        });
    paused = true;
  }

  /** A child that has ended counts as stopped: only a running parent could remove the zombie. */
  private static boolean isStopped(long pid) {
    return Machine.isStopped(pid) || !Machine.runs(pid);
  }

  void resume() {
    requireRunning();
    directory.supervisor().signal("CONT");
    paused = false;
  }

  /** Runs an action while the server is paused or dead, so that it writes no file. */
  void whileStill(FileAction action) throws IOException {
    requireOpen();
    boolean pauses = runs() && !paused;
    if (pauses) {
      pause();
    }
    try {
      action.run();
    } finally {
      if (pauses) {
        resume();
      }
    }
  }

  /**
   * Kills the server, removes its directory, and returns when the server and its children have
   * ended.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Set<ProcessHandle> processes = processes(); // later no parent would list the children
      directory.remove();
      awaitEnd(processes);
    }
  }

  /** Returns the server and its children. One listing may miss some under load. */
  private Set<ProcessHandle> processes() {
    Set<ProcessHandle> processes = new HashSet<>();
    ProcessHandle.of(pid())
        .ifPresent(server -> {
          processes.add(server);
          for (int listing = 0; listing < LISTINGS; listing++) {
            server.children().forEach(processes::add);
          }
        });
    return processes;
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

  private String logSince(long offset) throws IOException {
    byte[] log = Files.readAllBytes(directory.log());
    int from = (int) Math.min(offset, log.length);
    return new String(log, from, log.length - from, StandardCharsets.UTF_8);
  }

  private String tail(long offset) throws IOException {
    String[] lines = logSince(offset).split("\n");
    return Arrays.stream(lines)
        .skip(Math.max(0, lines.length - TAIL_LINES))
        .collect(Collectors.joining("\n  ", "; the end of its log:\n  ", ""));
  }
}
