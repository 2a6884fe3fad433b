// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocaleRuleTest {
  private static final List<String> DEPENDENT =
      List.of(
          "String.format(\"%s\", 1)",
          "\"%d\".formatted(1)",
          "(\"%s: \" + \"%,d\").formatted(1, 2)",
          "\"%.1f\".formatted(1.0)",
          "\"%S\".formatted(\"i\")",
          "\"%tY\".formatted(0L)",
          "\"i\".repeat(2).formatted()",
          "assertThat(1).as(\"at %d\", 1)",
          "assertThat(1).as(directions() + \" %d\", 1)",
          "\"I\".toLowerCase()",
          "\"i\".toUpperCase()",
          "java.util.stream.Stream.of(\"I\").map(String::toLowerCase)",
          "assertThatThrownBy(null, \"at %d\", 1)",
          "System.out.printf(\"%d\", 1)",
          "new PrintWriter(System.out).format(\"%d\", 1)",
          "new Formatter()",
          "new DecimalFormat(\"0.0\")",
          "NumberFormat.getPercentInstance()",
          "new MessageFormat(\"{0}\")",
          "java.time.format.DateTimeFormatter.ofPattern(\"d\")",
          "new Scanner(\"1\")");
  private static final List<String> CLEAN =
      List.of(
          "String.format(Locale.ROOT, \"%,d\", 1)",
          "\"%s %-10s %2$s %5.3s %c %b %x %04x 100 %% %n\".formatted(1, 2)",
          "(\"%s\" + \"%s\").formatted(1, 2)",
          "\"I\".toLowerCase(Locale.ROOT)",
          "assertThatThrownBy(null, \"at %s\", 1)",
          "System.out.printf(Locale.ROOT, \"%d\", 1)",
          "new DecimalFormat(\"0.0\", DecimalFormatSymbols.getInstance(Locale.ROOT))",
          "\"\" + 1 + 1.5",
          "assertThat(1).as(\"at %s of 7 %%\", 1)",
          "assertThat(1).as(\"100 %d\")",
          "assertThat(1).as(directions() + \" %s\", 1)");

  @TempDir Path directory;

  @Test
  void call_dependsOnTheDefaultLocale_isNamedInMainAndInTests() throws IOException {
    List<String> violations = violations(DEPENDENT);

    for (int i = 0; i < DEPENDENT.size(); i++) {
      String name = "(?s).*\\bPlanted" + i;
      assertThat(violations)
          .as(DEPENDENT.get(i))
          .filteredOn(v -> v.matches(name + "(Test)?\\b.*"))
          .satisfiesExactlyInAnyOrder(
              v -> assertThat(v).matches(name + "\\b.*"),
              v -> assertThat(v).matches(name + "Test\\b.*"));
    }
  }

  @Test
  void call_namesALocaleOrNeedsNone_passes() throws IOException {
    assertThat(violations(CLEAN)).isEmpty();
  }

  @Test
  void defaultLocale_isAskedFor_isNamedInMainOnly() throws IOException {
    assertThat(violations(List.of("Locale.getDefault()")))
        .singleElement()
        .asString()
        .contains("examples.Planted0 -> Locale.getDefault");
  }

  @Test
  void formatted_ofAVariable_isNamedWithItsLine() throws IOException {
    assertThat(violations(List.of("directions().formatted(1)")))
        .first()
        .asString()
        .contains("src/main/java/dev/tenfold/examples/Planted0.java formatted", "line 7");
  }

  private List<String> violations(List<String> expressions) throws IOException {
    var module = new PlantedModule(directory, "examples");
    for (int i = 0; i < expressions.size(); i++) {
      String name = "Planted" + i;
      String test = name + "Test";
      module.main("dev.tenfold.examples." + name, text(name, expressions.get(i)));
      module.test("dev.tenfold.examples." + test, text(test, expressions.get(i)));
    }
    return module.violations("locales");
  }

  private static String text(String name, String expression) {
    return String.format(
        Locale.ROOT,
        """
        import static org.assertj.core.api.Assertions.*;
        import java.io.*;
        import java.text.*;
        import java.util.*;
        class %s {
          Object f() { return %s; }
          String directions() { return ""; }
        }
        """,
        name,
        expression);
  }
}
