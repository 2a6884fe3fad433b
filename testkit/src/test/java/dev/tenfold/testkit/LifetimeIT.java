// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that own servers end in different ways; no server and no file of theirs remains. */
@Timeout(120)
class LifetimeIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path folder;

  /** A name with characters that break an unquoted script (a dollar sign breaks initdb itself). */
  private Path temporary;

  private final List<Process> owners = new ArrayList<>();
  private final List<ProcessHandle> strangers = new ArrayList<>();

  @BeforeEach
  void makeTemporary() throws IOException {
    temporary = Files.createDirectory(folder.resolve("a 'b' c"));
  }

  @AfterEach
  void endProcesses() {
    owners.forEach(Process::destroyForcibly);
    strangers.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void owner_killed_leavesNoServerAndNoFile() throws IOException {
    Owner owner = start();
    assertThat(owner.servers).hasSize(4).allMatch(Machine::runs);
    List<ProcessHandle> all = owner.descendants();

    owner.process.destroyForcibly();

    Await.until(
        "the servers are gone", SOON, () -> owner.servers.stream().noneMatch(Machine::runs));
    Await.until("nothing is left in " + temporary, SOON, () -> leftOvers().isEmpty());
    Await.until(
        "all their processes are gone",
        SOON,
        () -> all.stream().filter(process -> Machine.runs(process.pid())).count() == 1);
    assertThat(Machine.runs(owner.stranger)).isTrue();
  }

  @Test
  void owner_exits_leavesNoServerAndNoFile() throws IOException {
    Owner owner = start("3");

    assertThat(owner.process.onExit().join().exitValue()).isEqualTo(3);
    Await.until(
        "the servers are gone", SOON, () -> owner.servers.stream().noneMatch(Machine::runs));
    Await.until("nothing is left in " + temporary, SOON, () -> leftOvers().isEmpty());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void owner_withoutUserNamespacesAndSetsid_startsAndEndsServersAllTheSame() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    Path commands = Files.createDirectory(folder.resolve("commands"));
    for (String name : List.of("rm", "sleep", "setpriv")) {
      Path real = Objects.requireNonNull(Machine.command(name), name);
      Path command = commands.resolve(name);
      Files.writeString(command, "#!/bin/sh\nexec " + real + " \"$@\"\n");
      Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Owner owner = start(Map.of("PATH", commands.toString()));
    assertThat(owner.servers).hasSize(4).allMatch(Machine::runs);
    Path postmaster = Path.of("/proc", Long.toString(owner.servers.get(2)));
    assertThat(Files.getAttribute(postmaster, "unix:uid")).as("PostgreSQL's user").isNotEqualTo(0);

    owner.process.destroyForcibly();

    Await.until(
        "the servers are gone", SOON, () -> owner.servers.stream().noneMatch(Machine::runs));
    Await.until("nothing is left in " + temporary, SOON, () -> leftOvers().isEmpty());
  }

  @Test
  void sweep_ownerLives_touchesNothing() throws IOException {
    Owner owner = start();
    List<Path> before = leftOvers();

    assertThat(Sweep.deadOwners(temporary)).isZero();

    assertThat(leftOvers()).isEqualTo(before);
    assertThat(owner.servers).allMatch(Machine::runs);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void sweep_ownerAndSupervisorsKilled_endsServersAndRemovesFiles() throws IOException {
    Owner owner = start();
    int directories = leftOvers().size();
    // Supervisors first, with the children that read their commands: none may see its owner die.
    List<ProcessHandle> supervisors =
        owner.descendants().stream()
            .filter(process -> !owner.servers.contains(process.pid()))
            .filter(process -> process.pid() != owner.stranger)
            .filter(process -> process.info().command().orElse("").matches(".*/(da|ba)?sh"))
            .toList();
    supervisors.forEach(ProcessHandle::destroyForcibly);
    Await.until(
        "the supervisors are dead",
        SOON,
        () -> supervisors.stream().noneMatch(process -> Machine.runs(process.pid())));
    owner.process.destroyForcibly().onExit().join();
    assertThat(owner.servers).allMatch(Machine::runs);
    assertThat(leftOvers()).hasSize(directories);

    assertThat(Sweep.deadOwners(temporary)).isEqualTo(directories);

    assertThat(leftOvers()).isEmpty();
    Await.until(
        "the servers are gone", SOON, () -> owner.servers.stream().noneMatch(Machine::runs));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void server_started_isOutsideOfTheOwnersSession() throws IOException {
    String ours = session(ProcessHandle.current().pid());

    assertThat(session(RedisFixture.shared().pid())).isNotEqualTo(ours);
  }

  private static String session(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
  }

  private List<Path> leftOvers() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.filter(file -> file.getFileName().toString().startsWith("tenfold")).toList();
    }
  }

  private Owner start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  private Owner start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ServerOwner.class.getName());
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process process = builder.start();
    owners.add(process);
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    assertThat(line).as("what the owner says").isNotNull();
    List<Long> pids = Stream.of(line.split(" ")).map(Long::valueOf).toList();
    long stranger = pids.get(pids.size() - 1);
    ProcessHandle.of(stranger).ifPresent(strangers::add);
    return new Owner(process, pids.subList(0, pids.size() - 1), stranger);
  }

  private record Owner(Process process, List<Long> servers, long stranger) {
    List<ProcessHandle> descendants() {
      return process.descendants().toList();
    }
  }
}
