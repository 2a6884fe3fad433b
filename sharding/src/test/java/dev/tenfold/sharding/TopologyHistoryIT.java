// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes of several JVMs with other versions, locales, encodings and forms of text. */
class TopologyHistoryIT {
  private static final int KEYS = 3000;

  private static final List<List<String>> SETTINGS =
      List.of(
          List.of(),
          List.of("-Duser.language=tr", "-Duser.country=TR", "-Dfile.encoding=ISO-8859-9"),
          List.of("-XX:-CompactStrings", "-Dfile.encoding=UTF-16"),
          List.of("-Duser.language=ar", "-Dfile.encoding=US-ASCII", "-Xint"),
          List.of("-Duser.language=th", "-Dfile.encoding=windows-1252", "-XX:-CompactStrings"));

  @TempDir Path directory;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endWhatStillRuns() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void check_routesOfManyProcessesOnManyVersions_fit() throws Exception {
    List<Topology> versions = versions();
    TopologyHistory history = TopologyHistory.of(versions);
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < SETTINGS.size(); i++) {
      started.add(start(SETTINGS.get(i), versions.get(i % versions.size())));
    }
    List<List<Route>> routes = new ArrayList<>();
    for (Process process : started) {
      routes.add(routesOf(process));
    }

    int disagreements = 0;
    for (List<Route> one : routes) {
      for (List<Route> other : routes) {
        for (int number = 0; number < KEYS; number++) {
          history.check(Keys.of(number), one.get(number), other.get(number));
          disagreements += one.get(number).shard().equals(other.get(number).shard()) ? 0 : 1;
        }
      }
    }
    assertThat(disagreements).as("keys that move were among them").isPositive();
    assertThat(routes.get(2)).as("keys that are pinned, too").anyMatch(Route::pinned);
  }

  @Test
  void check_aProcessThatReadAnotherTopologyOfItsVersion_isFoundOut() throws Exception {
    List<Topology> versions = versions();
    TopologyHistory history = TopologyHistory.of(versions);
    Topology forged = versions.get(0).evolve().add("ş4", 1).build(); // another version 2
    List<Route> right = routesOf(start(SETTINGS.get(0), versions.get(0)));
    List<Route> wrong = routesOf(start(SETTINGS.get(1), forged));

    assertThatIllegalStateException()
        .isThrownBy(() -> {
          for (int number = 0; number < KEYS; number++) {
            history.check(Keys.of(number), right.get(number), wrong.get(number));
          }
        })
        .withMessageContaining("the route by version 2 of İorders is");
  }

  private static List<Topology> versions() {
    Topology v1 =
        Topology.builder("İorders").shard("s0", 1).shard("ğ1", 1).pin(Keys.of(3), "ğ1").build();
    Topology v2 = v1.evolve().add("日本", 2).pin(Keys.of(4), "s0").pin(Keys.of(5), "日本").build();
    Topology v3 = v2.evolve().remove("s0").pin(Keys.of(4), "ğ1").unpin(Keys.of(3)).build();
    return List.of(v1, v2, v3);
  }

  private Process start(List<String> settings, Topology topology) throws IOException {
    Path file = Files.createTempFile(directory, "topology", ".txt");
    Files.writeString(file, topology.text(), StandardCharsets.UTF_8);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(settings);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(RouteLister.class.getName(), file.toString(), String.valueOf(KEYS)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return process;
  }

  private static List<Route> routesOf(Process process) throws Exception {
    List<Route> routes = new ArrayList<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        assertThat(words[0]).isEqualTo(String.valueOf(routes.size()));
        routes.add(RouteLister.read(words));
      }
    }
    assertThat(process.waitFor()).isZero();
    assertThat(routes).hasSize(KEYS);
    return routes;
  }
}
