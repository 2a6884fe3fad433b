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

class CycleRuleTest {
  @TempDir Path directory;

  @Test
  void twoFiles_nameEachOther_areNamedWithTheSteps() throws IOException {
    var module =
        new PlantedModule(directory, "cache")
            .main("dev.tenfold.cache.Store", "interface Store { Store X = new Redis(); }")
            .main("dev.tenfold.cache.Redis", "class Redis implements Store {}");

    assertThat(module.violations("cycles"))
        .singleElement()
        .asString()
        .contains(
            "2 files depend on each other",
            "dev.tenfold.cache.Redis -> dev.tenfold.cache.Store",
            "dev.tenfold.cache.Store -> dev.tenfold.cache.Redis");
  }

  @Test
  void threeFiles_closeACycleThroughANestedClassAcrossPackages_areNamed() throws IOException {
    var module =
        new PlantedModule(directory, "cache")
            .main("dev.tenfold.cache.A", "public class A { static class N { B b; } }")
            .main("dev.tenfold.cache.B", "class B { Runnable r = dev.tenfold.cache.jdbc.C::run; }")
            .main(
                "dev.tenfold.cache.jdbc.C",
                "public class C { public static void run() { var a = new dev.tenfold.cache.A(); } }");

    assertThat(module.violations("cycles"))
        .singleElement()
        .asString()
        .contains("3 files", "cache.A -> dev.tenfold.cache.B", "jdbc.C -> dev.tenfold.cache.A");
  }

  @Test
  void twoCycles_areNamedOnceEach() throws IOException {
    var module =
        new PlantedModule(directory, "cache")
            .main("dev.tenfold.cache.A", "class A { B b; }")
            .main("dev.tenfold.cache.B", "class B { A a; C c; }")
            .main("dev.tenfold.cache.C", "class C { D[] d; }")
            .main("dev.tenfold.cache.D", "class D { java.util.List<C> c; }");

    assertThat(module.violations("cycles")).hasSize(2);
  }

  @Test
  void twoFiles_nameEachOtherThroughAnInlinedConstant_areNamedWithTheLine() throws IOException {
    var module =
        new PlantedModule(directory, "cache")
            .main("dev.tenfold.cache.AsyncSegment", "class AsyncSegment { AsyncResult result; }")
            .main(
                "dev.tenfold.cache.AsyncResult",
                "class AsyncResult { static final int DONE = 1; }");
    assertThat(module.violations("cycles")).as("one direction only").isEmpty();

    module
        .main(
            "dev.tenfold.cache.AsyncSegment",
            """
            class AsyncSegment {
              static final int RUNNING = 2;
              int state() { return AsyncResult.DONE; }
            }
            """)
        .main(
            "dev.tenfold.cache.AsyncResult",
            """
            class AsyncResult {
              static final int DONE = 1;
              boolean ends(int state) { return state != AsyncSegment.RUNNING; }
            }
            """);

    assertThat(module.violations("cycles"))
        .singleElement()
        .asString()
        .contains("2 files", "(AsyncResult.java:4)", "(AsyncSegment.java:4)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "class A { static final int ONE = 1; Object o = (Object) (B) null; }",
        "class A { static final int ONE = 1; void f() { B unused = null; } }",
        "import dev.tenfold.cache.B; /** See {@link B}. */ class A { static final int ONE = 1; }",
        "import static dev.tenfold.cache.B.TWO; class A { static final int ONE = TWO - 1; }",
        "class A { static final int ONE = dev.tenfold.cache.B.TWO - 1; }",
        "class A { static final int ONE = B.N.TWO - 1; }",
        "import dev.tenfold.cache.B.N; class A { static final int ONE = N.TWO - 1; }",
        "@SuppressWarnings(B.TEXT) class A { static final int ONE = 1; }",
      })
  void cycle_thatBytecodeDoesNotShow_isNamed(String a) throws IOException {
    assertThat(violations(a)).singleElement().asString().contains("2 files", "(A.java:2)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/** See {@link B}, or {@link dev.tenfold.cache.B}. */ class A { static final int ONE = 1; }",
        "class A { static final int ONE = 1; static class B { B b; } }",
        "class A { static final int ONE = 1; <B> B f(B b) { return b; } }",
        "class A { static final int ONE = 1; String b = \"B\"; // B\n }",
      })
  void name_inACommentOrOfSomethingElse_isNoDependency(String a) throws IOException {
    assertThat(violations(a)).isEmpty();
  }

  private List<String> violations(String a) throws IOException {
    return new PlantedModule(directory, "cache")
        .main("dev.tenfold.cache.A", a)
        .main(
            "dev.tenfold.cache.B",
            """
            class B {
              static final int TWO = A.ONE + 1;
              static final String TEXT = "unused";
              static class N { static final int TWO = 2; }
            }
            """)
        .violations("cycles");
  }

  @Test
  void files_inLayersAndNestedClassesThatKnowEachOther_pass() throws IOException {
    var module =
        new PlantedModule(directory, "cache")
            .main("dev.tenfold.cache.Facade", "class Facade { Part p = new Part(); Value v; }")
            .main(
                "dev.tenfold.cache.Part",
                "class Part { Value v; Inner i; class Inner { Part p; } }")
            .main("dev.tenfold.cache.Value", "record Value(int size) {}");

    assertThat(module.violations("cycles")).isEmpty();
  }
}
