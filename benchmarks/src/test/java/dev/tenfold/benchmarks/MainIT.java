// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged jar, and one fork. */
class MainIT {

  @Test
  void jar_withoutArguments_namesItsSuitesAndExitsTwo() throws Exception {
    Process process = jar();

    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(2);
    String names = String.join("|", Main.suites().stream().map(Suite::name).toList());
    assertThat(error.strip())
        .isEqualTo(
            "usage: java -jar benchmarks.jar "
                + names
                + " [--quick] [--row TEXT] | conformance | --help");
  }

  @Test
  void jar_conformance_printsTheMatrixAndExitsZero() throws Exception {
    Process process = jar("conformance");

    String matrix = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(matrix).isZero();
    assertThat(matrix)
        .contains("Tenfold      Resilience4j 2.4.0  Failsafe 3.3.2")
        .contains("Probes that end with an Error do not wedge the breaker")
        .containsPattern("Tenfold: \\d+ holds, 0 FAILS, 0 not offered");
  }

  @Test
  void forkMeter_rawCall_isTimedWithItsAllocation() {
    System.setProperty("jmh.ignoreLock", "true");

    PrintStream log = new PrintStream(OutputStream.nullOutputStream());
    Sample sample = new ForkMeter(log).measure(Floors.RAW_CALL, Timing.of(1, 1, 100));

    assertThat(sample.value()).isPositive();
    assertThat(sample.allocated()).isLessThan(0.5);
  }

  @Test
  void jar_help_printsAllOfItAndExitsZero() throws Exception {
    Process process = jar("--help");

    String help = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    Main.suites().forEach(suite -> assertThat(help).contains(suite.name(), suite.description()));
    Main.checks().forEach(check -> assertThat(help).contains(check.name(), check.description()));
  }

  @Test
  void forkMeter_twoForksOfAnArm_areOneEntryOfJmhsJson(@TempDir Path folder) throws Exception {
    System.setProperty("jmh.ignoreLock", "true");
    Path file = folder.resolve("jmh.json");
    ForkMeter meter = new ForkMeter(new PrintStream(OutputStream.nullOutputStream()));

    meter.measure(Floors.RAW_CALL, Timing.of(0, 1, 10));
    meter.measure(Floors.RAW_CALL, Timing.of(0, 1, 10));
    meter.writeJmhResults(file);

    JsonNode json = JsonMapper.builder().build().readTree(Files.readString(file));
    assertThat(json.size()).isEqualTo(1);
    JsonNode entry = json.path(0);
    assertThat(entry.path("benchmark").stringValue()).endsWith("FloorBenchmark.rawCall");
    assertThat(entry.path("mode").stringValue()).isEqualTo("avgt");
    assertThat(entry.path("forks").intValue()).isEqualTo(2);
    assertThat(entry.path("primaryMetric").path("rawData").size()).isEqualTo(2);
    assertThat(entry.path("secondaryMetrics").toString()).contains("gc.alloc.rate.norm");
  }

  private static Process jar(String... arguments) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.add("-jar");
    command.add(Path.of("target", "benchmarks.jar").toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).start();
  }
}
