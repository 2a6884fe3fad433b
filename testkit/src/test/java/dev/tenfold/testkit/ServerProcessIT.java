// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(60)
class ServerProcessIT {
  private final OwnedDirectory directory = OwnedDirectory.create();
  private final List<ServerSocket> squatters = new ArrayList<>();

  @AfterEach
  void cleanUp() throws IOException {
    for (ServerSocket squatter : squatters) {
      squatter.close();
    }
  }

  @Test
  void start_anotherProcessTakesThePortFirst_takesAnotherPort() throws IOException {
    List<Integer> tried = new ArrayList<>();
    try (ServerProcess server =
        server(port -> {
          tried.add(port);
          if (tried.size() <= 2) {
            squat(port);
          }
          return redis(port);
        })) {
      server.start();

      assertThat(tried).hasSize(3).doesNotHaveDuplicates();
      assertThat(server.port()).isEqualTo(tried.get(2));
      assertThat(server.runs()).isTrue();
    }
  }

  @Test
  void start_serverEndsAtOnce_failsWithTheEndOfItsLogOnly() throws IOException {
    try (ServerProcess server = server(port -> shell("seq 1 30; exit 7"))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(FixtureException.class)
          .hasMessageStartingWith("Test cannot start: it ended with status 7; the end of its log:")
          .hasMessageContaining("\n  30")
          .hasMessageContaining("\n  11")
          .hasMessageNotContaining("\n  10");
    }
  }

  @Test
  void start_diskFull_failsInOneLine() throws IOException {
    try (ServerProcess server =
        server(port -> shell("echo FATAL: could not write: No space left on device; exit 1"))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(FixtureException.class)
          .hasMessage("Test cannot start: no space left on the device of " + directory.path());
    }
  }

  @Test
  void start_noSuchProgram_failsWithTheReason() throws IOException {
    try (ServerProcess server = server(port -> List.of("/no/such/program"))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(FixtureException.class)
          .hasMessageContaining("status 127")
          .hasMessageContaining("/no/such/program");
    }
  }

  @Test
  void restart_serverIgnoresTheOrderlySignal_isKilledAndStartedAgain() throws IOException {
    try (ServerProcess server =
        server(port -> shell("trap '' INT; echo up >\"" + marker() + "\"; exec sleep 1000"))) {
      server.start();
      long first = server.pid();
      Files.delete(marker());

      server.restart();

      assertThat(Machine.runs(first)).isFalse();
      assertThat(server.pid()).isNotEqualTo(first);
    }
  }

  @Test
  void close_running_removesTheDirectory() throws IOException {
    ServerProcess server = server(this::redis);
    server.start();

    server.close();

    assertThat(directory.path()).doesNotExist();
    assertThat(server.runs()).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void supervisor_killed_isReportedAndCloseStillCleansUp() throws IOException {
    ServerProcess server = server(this::redis);
    server.start();
    List<ProcessHandle> supervisors =
        ProcessHandle.current().children().filter(this::isSupervisorOfServer).toList();
    supervisors.forEach(ProcessHandle::destroyForcibly);
    assertThat(supervisors).hasSize(1);
    supervisors.get(0).onExit().join();

    assertThatThrownBy(server::pause)
        .isInstanceOf(FixtureException.class)
        .hasMessageContaining("cannot send SIGSTOP");

    server.close();
    assertThat(directory.path()).doesNotExist();
    Await.until("the server is gone", Duration.ofSeconds(10), () -> !server.runs());
  }

  /** The shell that is the parent of the server, not its child that reads the commands. */
  private boolean isSupervisorOfServer(ProcessHandle child) {
    long server = directory.supervisor().serverPid();
    return child.children().anyMatch(process -> process.pid() == server);
  }

  private Path marker() {
    return directory.path().resolve("data/up");
  }

  private List<String> redis(int port) {
    String data = marker().resolveSibling("").toString();
    return List.of(
        Binaries.redis().toString(), "--port", "" + port, "--bind", "127.0.0.1", "--dir", data);
  }

  private static List<String> shell(String script) {
    return List.of("/bin/sh", "-c", script);
  }

  private void squat(int port) {
    try {
      squatters.add(new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerProcess server(IntFunction<List<String>> command) throws IOException {
    Files.createDirectory(directory.path().resolve("data"));
    return new ServerProcess(new TestProgram(command, marker()), directory);
  }

  private record TestProgram(IntFunction<List<String>> command, Path marker)
      implements ServerProcess.Program {
    @Override
    public String name() {
      return "Test";
    }

    @Override
    public List<String> command(Path data, int port) {
      return command.apply(port);
    }

    @Override
    public boolean ready(Path data, int port, long pid) throws IOException {
      return Files.exists(marker)
          || Files.readString(data.resolveSibling("log")).contains("Ready to accept connections");
    }
  }
}
