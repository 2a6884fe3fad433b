// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameRuleTest {
  private static final String INFO = "@org.jspecify.annotations.NullMarked";
  private static final String CACHE = "dev.tenfold.cache.";

  @TempDir Path directory;
  private PlantedModule module;

  @BeforeEach
  void plantACleanModule() {
    module =
        new PlantedModule(directory, "cache")
            .main("module-info", descriptor("exports dev.tenfold.cache;"))
            .main(CACHE + "package-info", INFO)
            .main(CACHE + "Planted", "public class Planted {}");
  }

  private static String descriptor(String exports) {
    return "module dev.tenfold.cache { requires static org.jspecify; " + exports + " }";
  }

  @Test
  void cleanModule_withASubpackageThatImportsItsParents_passes() throws IOException {
    module
        .main(CACHE + "redis.package-info", INFO)
        .main(CACHE + "redis.Room", "class Room { dev.tenfold.cache.Planted p; }")
        .main(CACHE + "redis.cluster.package-info", INFO)
        .main(CACHE + "redis.cluster.Deep", "class Deep { dev.tenfold.cache.Planted p; }");

    assertThat(module.violations("names")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"StoreImpl", "StringUtil", "StringUtils", "CacheHelper", "LockManager"})
  void className_saysNothing_isNamed(String name) throws IOException {
    module.main(CACHE + name, "class " + name + " {}");

    assertThat(module.violations("names")).singleElement().asString().contains(CACHE + name);
  }

  @Test
  void nestedClassName_saysNothing_isNamed() throws IOException {
    module.main(CACHE + "Store", "interface Store { class DefaultImpl implements Store {} }");

    assertThat(module.violations("names")).singleElement().asString().contains("Store$DefaultImpl");
  }

  @ParameterizedTest
  @ValueSource(strings = {"internal", "impl", "util", "utils", "common", "helper", "manager"})
  void packageName_saysNothing_isNamed(String segment) throws IOException {
    module
        .main(CACHE + segment + ".package-info", INFO)
        .main(CACHE + segment + ".Store", "class Store {}");

    assertThat(module.violations("names")).singleElement().asString().contains(CACHE + segment);
  }

  @Test
  void packageOfAnotherModule_isNamed() throws IOException {
    module
        .main("dev.tenfold.caching.package-info", INFO)
        .main("dev.tenfold.caching.Store", "class Store {}");

    assertThat(module.violations("names"))
        .singleElement()
        .asString()
        .contains("dev.tenfold.caching: lies outside dev.tenfold.cache");
  }

  @Test
  void parent_importsItsSubpackage_isNamed() throws IOException {
    module
        .main(
            "module-info",
            descriptor("exports dev.tenfold.cache; exports dev.tenfold.cache.redis;"))
        .main(CACHE + "redis.package-info", INFO)
        .main(CACHE + "redis.Store", "public class Store {}")
        .main(CACHE + "Facade", "class Facade { dev.tenfold.cache.redis.Store[] stores; }");

    assertThat(module.violations("names"))
        .singleElement()
        .asString()
        .contains("dev.tenfold.cache.Facade -> dev.tenfold.cache.redis", "a parent imports");
  }

  @Test
  void parent_importsItsSubpackageForAComment_isNamed() throws IOException {
    module
        .main(
            "module-info",
            descriptor("exports dev.tenfold.cache; exports dev.tenfold.cache.redis;"))
        .main(CACHE + "redis.package-info", INFO)
        .main(CACHE + "redis.Store", "public class Store {}")
        .main(
            CACHE + "Facade",
            "import dev.tenfold.cache.redis.Store; /** See {@link Store}. */ class Facade {}");

    assertThat(module.violations("names"))
        .singleElement()
        .asString()
        .contains("cache.Facade -> dev.tenfold.cache.redis", "a parent", "(Facade.java:2)");
  }

  @Test
  void sibling_importsItsSibling_isNamed() throws IOException {
    module
        .main(
            "module-info",
            descriptor("exports dev.tenfold.cache; exports dev.tenfold.cache.redis;"))
        .main(CACHE + "redis.package-info", INFO)
        .main(CACHE + "redis.Store", "public class Store {}")
        .main(CACHE + "http.package-info", INFO)
        .main(CACHE + "http.Page", "class Page { dev.tenfold.cache.redis.Store store; }");

    assertThat(module.violations("names"))
        .singleElement()
        .asString()
        .contains("dev.tenfold.cache.http.Page -> dev.tenfold.cache.redis", "a sibling");
  }

  @Test
  void packageInfo_isMissingOrNotNullMarked_isNamed() throws IOException {
    module
        .main(CACHE + "redis.Store", "class Store {}")
        .main(CACHE + "http.package-info", "@Deprecated")
        .main(CACHE + "http.Page", "class Page {}");

    assertThat(module.violations("names"))
        .hasSize(2)
        .anyMatch(v -> v.contains(CACHE + "redis: has no @NullMarked package-info"))
        .anyMatch(v -> v.contains(CACHE + "http: has no @NullMarked package-info"));
  }

  @Test
  void twentySixthPublicType_isNamed() throws IOException {
    for (int i = 2; i <= 25; i++) {
      module.main(CACHE + "Type" + i, "public record Type" + i + "() { public enum Nested {} }");
    }
    assertThat(module.violations("names")).isEmpty();

    module.main(CACHE + "Type26", "public record Type26() {}");
    assertThat(module.violations("names")).singleElement().asString().contains("26 public types");
  }

  @Test
  void publishedModule_withoutDescriptor_isNamedAndAnExampleMay() throws IOException {
    var published = new PlantedModule(directory.resolve("published"), "core");
    published.main("dev.tenfold.core.package-info", INFO);
    var example = new PlantedModule(directory.resolve("example"), "examples");
    example.main("dev.tenfold.examples.package-info", INFO);

    assertThat(published.violations("names")).singleElement().asString().contains("module-info");
    assertThat(example.violations("names")).isEmpty();
  }

  @Test
  void module_ofWhichNoMainClassWasImported_isNamed() throws IOException {
    var blind = new PlantedModule(directory.resolve("blind"), "examples");
    blind.test("dev.tenfold.examples.PlantedTest", "class PlantedTest {}");

    assertThat(blind.violations("names")).singleElement().asString().contains("no main class");
  }

  @Test
  void publicType_inAPackageThatIsNotExported_isNamed() throws IOException {
    module
        .main(CACHE + "redis.package-info", INFO)
        .main(CACHE + "redis.Store", "public class Store {}");

    assertThat(module.violations("names"))
        .singleElement()
        .asString()
        .contains(CACHE + "redis", "does not export");
  }
}
