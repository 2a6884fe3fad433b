// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every class and method that a table of {@code docs/architecture.md} names is in the source. */
class ArchitectureMapTest {
  private static final Path ROOT = Path.of("..");
  private static final List<String> MODULES =
      List.of("core", "resilience", "sharding", "cache", "idempotency", "testkit");

  private static final Pattern CODE =
      Pattern.compile("`([A-Z][A-Za-z0-9]+)(?:\\.([a-zA-Z0-9]+))?`");

  @Test
  void tables_everyName_isInTheSourceOfItsModule() throws IOException {
    List<String> missing = new ArrayList<>();
    Map<String, Integer> found = new HashMap<>();
    String module = "";
    for (String line : Files.readAllLines(ROOT.resolve("docs/architecture.md"))) {
      if (line.startsWith("## ")) {
        module = line.substring(3).trim();
      } else if (line.startsWith("| ") && MODULES.contains(module)) {
        String answer = line.split("\\|", -1)[2];
        for (Matcher name = CODE.matcher(answer); name.find(); ) {
          if (exists(module, name.group(1), name.group(2))) {
            found.merge(module, 1, Integer::sum);
          } else {
            missing.add(module + ": " + name.group());
          }
        }
      }
    }
    assertThat(missing).as("names that the map gives and the source does not have").isEmpty();
    assertThat(found.keySet()).as("modules with a table").containsAll(MODULES);
  }

  private static boolean exists(String module, String type, String method) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ArchitectureMapTest::read)
          .anyMatch(source -> declares(source, type, method));
    }
  }

  private static boolean declares(String source, String type, String method) {
    boolean declared =
        Pattern.compile("\\b(class|interface|enum|record) " + type + "\\b").matcher(source).find();
    return declared
        && (method == null || Pattern.compile("\\b" + method + "\\(").matcher(source).find());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
