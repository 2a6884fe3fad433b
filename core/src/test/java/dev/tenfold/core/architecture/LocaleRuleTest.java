// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocaleRuleTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
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
        "new Scanner(\"1\")",
      })
  void call_dependsOnTheDefaultLocale_isNamedInMainAndInTests(String expression)
      throws IOException {
    assertThat(violations(expression))
        .hasSize(2)
        .allMatch(violation -> violation.contains("Planted"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
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
        "assertThat(1).as(directions() + \" %s\", 1)",
      })
  void call_namesALocaleOrNeedsNone_passes(String expression) throws IOException {
    assertThat(violations(expression)).isEmpty();
  }

  @Test
  void defaultLocale_isAskedFor_isNamedInMainOnly() throws IOException {
    assertThat(violations("Locale.getDefault()"))
        .singleElement()
        .asString()
        .contains("examples.Planted -> Locale.getDefault");
  }

  @Test
  void formatted_ofAVariable_isNamedWithItsLine() throws IOException {
    assertThat(violations("directions().formatted(1)"))
        .first()
        .asString()
        .contains("src/main/java/dev/tenfold/examples/Planted.java formatted", "line 7");
  }

  private List<String> violations(String expression) throws IOException {
    String text =
        """
        import static org.assertj.core.api.Assertions.*;
        import java.io.*;
        import java.text.*;
        import java.util.*;
        class %s {
          Object f() { return %s; }
          String directions() { return ""; }
        }
        """;
    return new PlantedModule(directory, "examples")
        .main(
            "dev.tenfold.examples.Planted", String.format(Locale.ROOT, text, "Planted", expression))
        .test(
            "dev.tenfold.examples.PlantedTest",
            String.format(Locale.ROOT, text, "PlantedTest", expression))
        .violations("locales");
  }
}
