// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of {@code docs/guide}, and what has to be true of its code: every Java block stands in a
 * test of this module, where it is compiled and tried.
 */
record Guide(String text) {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  static Guide of(String page) throws IOException {
    return new Guide(Files.readString(repository().resolve("docs/guide").resolve(page)));
  }

  /** The text of a file of the repository. */
  static String repository(String file) throws IOException {
    return Files.readString(repository().resolve(file));
  }

  private static Path repository() {
    Path root = Path.of("").toAbsolutePath();
    return Files.exists(root.resolve("README.md")) ? root : root.getParent();
  }

  /** The Java blocks, without indentation and empty lines. */
  List<String> blocks() {
    return BLOCK.matcher(text).results().map(found -> condensed(found.group(1))).toList();
  }

  /** Those that no test of this module holds. */
  List<String> blocksThatNobodyCompiles() throws IOException {
    String sources = sources();
    return blocks().stream().filter(block -> !sources.contains(block)).toList();
  }

  /** The setters of builders that the page does not name in backquotes. */
  List<String> optionsNotNamed(Class<?>... builders) {
    return Arrays.stream(builders)
        .flatMap(builder -> Arrays.stream(builder.getDeclaredMethods()))
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .map(Method::getName)
        .distinct()
        .filter(option -> !Pattern.compile("`" + option + "[(`]").matcher(text).find())
        .toList();
  }

  private static String sources() throws IOException {
    try (Stream<Path> files = Files.walk(repository().resolve("examples/src/test/java"))) {
      return files.filter(Files::isRegularFile).map(Guide::read).collect(Collectors.joining());
    }
  }

  private static String read(Path file) {
    try {
      return condensed(Files.readString(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String condensed(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n"));
  }
}
