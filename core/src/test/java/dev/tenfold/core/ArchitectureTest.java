// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.tenfold.core.architecture.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void module_everyRuleOfTheHouse_holds() {
    JavaClasses classes = new ClassFileImporter().importPackages("dev.tenfold.core");

    ArchitectureRules rules =
        ArchitectureRules.of("core", classes)
            .allow(
                "dev.tenfold.core.TimeSource$SystemTime -> System.nanoTime",
                "the one reader of the clock")
            .allow(
                "dev.tenfold.core.TimeSource$SystemTime -> LockSupport.parkNanos",
                "the one timed wait")
            .allow(
                "dev.tenfold.core.SystemTimer -> System.nanoTime",
                "the timer lies under the time source")
            .allow(
                "dev.tenfold.core.SystemTimer -> LockSupport.parkNanos",
                "the timer lies under the time source")
            .allow("dev.tenfold.core.SystemTimer.INSTANCE", "the one timer")
            .allow("dev.tenfold.core.HandOver.SHARED", "the one hand-over executor")
            .allow(
                "dev.tenfold.core.HandOver -> System.nanoTime",
                "waits by the timer under the time source")
            .allow(
                "dev.tenfold.core.micrometer.MicrometerTelemetry$TimerLatency -> Timer.record",
                "records a duration, does not wait for it")
            .allow(
                "dev.tenfold.core.CodecContractMutantsTest$LowerCase$1 -> String.toLowerCase",
                "the fault that the contract has to find")
            .allow("dev.tenfold.core.Ambient.CURRENT", "the one thread-local");

    assertThat(rules.violations()).isEmpty();
  }
}
