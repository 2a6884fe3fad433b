// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;

/** What a published contract may ask of an implementer's class path. */
public final class Contracts {
  private static final List<String> LIBRARIES =
      List.of(
          "java.",
          "javax.sql.",
          "com.sun.management.",
          "org.assertj.",
          "org.jspecify.",
          "org.junit.jupiter.");

  private Contracts() {}

  /**
   * Checks that the contracts of a module need JUnit, AssertJ and main classes of Tenfold only: the
   * {@code tests} jar of a module brings nothing else.
   *
   * @param contractPackage the package of the contracts
   * @throws AssertionError if a contract uses another library, or another class of the tests
   */
  public static void assertStandAlone(String contractPackage) {
    var contracts = new ClassFileImporter().importPackages(contractPackage);
    assertThat(contracts).as("classes of %s", contractPackage).isNotEmpty();
    List<String> others =
        contracts.stream()
            .flatMap(contract -> contract.getDirectDependenciesFromSelf().stream())
            .filter(use -> !isAllowed(use.getTargetClass().getBaseComponentType(), contractPackage))
            .map(use -> use.getDescription())
            .toList();
    assertThat(others).as("a contract needs JUnit, AssertJ and main classes only").isEmpty();
  }

  private static boolean isAllowed(JavaClass used, String contractPackage) {
    String name = used.getName();
    return used.isPrimitive()
        || used.getPackageName().equals(contractPackage)
        || LIBRARIES.stream().anyMatch(name::startsWith)
        || name.startsWith("dev.tenfold.") && !isTest(used);
  }

  private static boolean isTest(JavaClass used) {
    return used.getSource()
        .map(source -> source.getUri().toString())
        .filter(uri -> uri.contains("test-classes") || uri.contains("tests.jar"))
        .isPresent();
  }
}
