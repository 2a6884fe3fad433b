// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/operations.md} names each thread and each exception type of the sources. */
class OperationsPageTest {
  private static final List<String> MODULES =
      List.of("core", "resilience", "cache", "sharding", "idempotency", "testkit");
  private static final Pattern STARTS_THREADS =
      Pattern.compile("new Thread\\(|new \\w*ThreadPoolExecutor\\(|Executors\\.|\"ofVirtual\"");
  private static final Pattern THREAD =
      Pattern.compile("\"(tenfold-(?:timer|lag|handover|proxy)-?)\"");
  private static final Pattern EXCEPTION =
      Pattern.compile("^public (?:final )?class (\\w+Exception) extends", Pattern.MULTILINE);

  private static List<Path> sources() throws IOException {
    try (Stream<Path> modules =
        MODULES.stream().map(name -> Path.of("..", name, "src/main/java"))) {
      return modules.flatMap(OperationsPageTest::javaFiles).toList();
    }
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static List<String> found(Pattern name) throws IOException {
    return sources().stream()
        .flatMap(file -> name.matcher(read(file)).results())
        .map(found -> found.group(1))
        .distinct()
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Test
  void page_everyThread_isNamed() throws IOException {
    assertThat(
            sources().stream()
                .filter(file -> STARTS_THREADS.matcher(read(file)).find())
                .map(file -> file.getFileName().toString())
                .collect(Collectors.toSet()))
        .as("files that start threads; name the threads of another file in docs/operations.md")
        .containsOnly(
            "SystemTimer.java", "HandOver.java", "ReadWriteParts.java", "FaultConnection.java");
    String page = Guide.repository("docs/operations.md");
    assertThat(found(THREAD)).hasSize(5).allMatch(name -> page.contains("`" + name), "is named");
  }

  @Test
  void page_everyExceptionType_isNamed() throws IOException {
    String page = Guide.repository("docs/operations.md");

    assertThat(found(EXCEPTION))
        .hasSizeGreaterThan(7)
        .allMatch(name -> page.contains("| `" + name + "` |"), "has a row");
  }
}
