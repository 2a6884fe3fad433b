// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.tenfold.core.architecture.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void module_everyRuleOfTheHouse_holds() {
    JavaClasses classes = new ClassFileImporter().importPackages("dev.tenfold.cache");

    ArchitectureRules rules =
        ArchitectureRules.of("cache", classes)
            .allow(
                "dev.tenfold.cache.KeyCodecContractMutantsTest$LowerCase -> String.toLowerCase",
                "the fault that the contract has to find");

    assertThat(rules.violations()).isEmpty();
  }
}
