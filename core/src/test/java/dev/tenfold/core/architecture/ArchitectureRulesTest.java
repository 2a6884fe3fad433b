// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchitectureRulesTest {
  private static final String OFFENDER = "dev.tenfold.examples.Planted -> System.nanoTime";

  @TempDir Path directory;
  private ArchitectureRules rules;

  @BeforeEach
  void plantAClockRead() throws IOException {
    rules =
        new PlantedModule(directory, "examples")
            .main("dev.tenfold.examples.package-info", "@org.jspecify.annotations.NullMarked")
            .main(
                "dev.tenfold.examples.Planted",
                "class Planted { long read() { return System.nanoTime(); } }")
            .rules();
  }

  @Test
  void violation_beginsWithWhatAnAllowanceNames() {
    assertThat(rules.violations())
        .singleElement()
        .asString()
        .startsWith("[calls] " + OFFENDER + ":");
  }

  @Test
  void allowance_withAReason_letsItsOffenderPass() {
    assertThat(rules.allow(OFFENDER, "the test says so").violations()).isEmpty();
  }

  @Test
  void allowance_thatNothingNeeds_isAViolation() {
    rules.allow(OFFENDER, "the test says so").allow("dev.tenfold.examples.Gone.X", "long ago");

    assertThat(rules.violations())
        .singleElement()
        .asString()
        .contains("dev.tenfold.examples.Gone.X", "remove the allowance");
  }

  @Test
  void allowance_withoutReasonOrTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rules.allow(OFFENDER, " "))
        .withMessageContaining(OFFENDER);
    rules.allow(OFFENDER, "once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rules.allow(OFFENDER, "again"))
        .withMessageContaining("twice");
  }

  @Test
  void module_withoutClasses_isRefused() {
    var nothing = new ClassFileImporter().importPaths(List.of());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArchitectureRules.of("cache", nothing))
        .withMessageContaining("cache");
  }
}
