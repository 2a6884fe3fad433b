// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.tenfold.core.architecture.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void module_everyRuleOfTheHouse_holds() {
    JavaClasses classes = new ClassFileImporter().importPackages("dev.tenfold.sharding");

    ArchitectureRules rules =
        ArchitectureRules.of("sharding", classes)
            .allow(
                "dev.tenfold.sharding.ShardStrategyContractMutantsTest$LowerCase$1 -> String.toLowerCase",
                "the fault that the contract has to find");

    assertThat(rules.violations()).isEmpty();
  }
}
