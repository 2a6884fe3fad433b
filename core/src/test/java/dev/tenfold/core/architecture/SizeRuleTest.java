// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizeRuleTest {
  @TempDir Path directory;

  @Test
  void file_hasOneLineTooMany_isNamed() throws IOException {
    // The package declaration is the first line, the class has two.
    assertThat(violations("cache", "class Planted {\n" + "\n".repeat(498) + "}"))
        .singleElement()
        .asString()
        .contains("src/main/java/dev/tenfold/cache/Planted.java", "501 lines", "500");
    assertThat(violations("cache", "class Planted {\n" + "\n".repeat(497) + "}")).isEmpty();
  }

  @Test
  void testFile_hasTooManyLines_isNamed() throws IOException {
    var module =
        new PlantedModule(directory, "cache")
            .test(
                "dev.tenfold.cache.PlantedTest", "class PlantedTest {\n" + "\n".repeat(600) + "}");

    assertThat(module.violations("sizes"))
        .singleElement()
        .asString()
        .contains("src/test/java/dev/tenfold/cache/PlantedTest.java");
  }

  @Test
  void method_hasOneLineTooMany_isNamed() throws IOException {
    String text = "class Planted {\n  class N {\n    void f() {\n%s    }\n  }\n}";

    assertThat(violations("cache", text.replace("%s", "\n".repeat(59))))
        .singleElement()
        .asString()
        .contains("Planted.java f:", "61 lines from line 4", "60");
    assertThat(violations("cache", text.replace("%s", "\n".repeat(58)))).isEmpty();
  }

  @Test
  void javadocOfAMethod_isNotCounted() throws IOException {
    assertThat(
            violations(
                "cache",
                "class Planted {\n/**" + "\n".repeat(80) + "*/\n@Deprecated void f() {\n}\n}"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "void f() { System.out.println(); }",
        "java.util.function.Consumer<String> c = System.err::println;",
        "void f(Exception e) { e.printStackTrace(); }",
      })
  void libraryClass_prints_isNamedAndADemoMay(String member) throws IOException {
    String text = "class Planted {\n" + member + "\n}";

    assertThat(violations("cache", text)).singleElement().asString().contains("Planted -> ");
    assertThat(violations("examples", text)).isEmpty();
  }

  private List<String> violations(String module, String text) throws IOException {
    return new PlantedModule(directory, module)
        .main("dev.tenfold." + module + ".Planted", text)
        .violations("sizes");
  }
}
