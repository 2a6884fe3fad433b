// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
