// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.tenfold.core.architecture.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void module_everyRuleOfTheHouse_holds() {
    JavaClasses classes = new ClassFileImporter().importPackages("dev.tenfold.benchmarks");

    ArchitectureRules rules =
        ArchitectureRules.of("benchmarks", classes)
            .allow(
                "dev.tenfold.benchmarks.FloorBenchmark -> System.nanoTime",
                "one clock read is a floor")
            .allow(
                "dev.tenfold.benchmarks.Main -> InstantSource.system",
                "hands the wall clock to the run, for the names of its files");

    assertThat(rules.violations()).isEmpty();
  }
}
