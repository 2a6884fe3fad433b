// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.tenfold.core.architecture.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String PACKAGE = "dev.tenfold.testkit.";
  private static final String ONE_SET = "testkit's one server set per JVM";

  @Test
  void module_everyRuleOfTheHouse_holds() {
    JavaClasses classes = new ClassFileImporter().importPackages("dev.tenfold.testkit");

    ArchitectureRules rules =
        ArchitectureRules.of("testkit", classes)
            .allow(PACKAGE + "RedisFixture.SHARED", ONE_SET)
            .allow(PACKAGE + "PostgresFixture.SHARED", ONE_SET)
            .allow(PACKAGE + "PostgresTemplate.ONE", ONE_SET)
            .allow(PACKAGE + "Binaries.REDIS", ONE_SET)
            .allow(PACKAGE + "Binaries.POSTGRES", ONE_SET)
            .allow(PACKAGE + "Unprivileged.ONE", ONE_SET)
            .allow(PACKAGE + "OwnedDirectory.SWEPT", ONE_SET)
            .allow(PACKAGE + "OwnedDirectory.OPEN", "holds the locks of the server set")
            .allow(PACKAGE + "Ports.NEXT", "no two servers of one JVM may get the same port")
            .allow(
                PACKAGE + "PostgresTemplate -> UUID.randomUUID",
                "a password must not be guessable, and nothing else depends on it");

    assertThat(rules.violations()).isEmpty();
  }
}
