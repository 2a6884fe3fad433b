// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Every suite still starts: each arm once, in this process, for one call. {@link SuitesIT} calls
 * the arms that need servers.
 */
class SuitesTest {
  @BeforeAll
  static void besideOtherBenchmarks() {
    OneCall.besideOtherBenchmarks();
  }

  static Stream<Arguments> arms() {
    return OneCall.arms(arm -> !OneCall.needsServers(arm));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("arms")
  void arm_calledOnce_givesAFigure(String suite, String name, Arm arm) throws RunnerException {
    assertThat(OneCall.of(arm)).isPositive();
  }

  @Test
  void suites_schedules_fitTheirTime() {
    assertThat(Main.suites()).isNotEmpty();
    for (Suite suite : Main.suites()) {
      Schedule full = Schedule.full(OneCall.arms(suite));
      assertThat(full.estimate()).as(suite.name()).isLessThan(Duration.ofMinutes(45));
      Schedule quick = Schedule.quick(OneCall.arms(suite));
      assertThat(quick.estimate()).as(suite.name()).isLessThan(Duration.ofMinutes(5));
      assertThat(quick.rounds()).as(suite.name()).isGreaterThan(1);
    }
  }

  @Test
  void suites_names_areDistinctWords() {
    List<String> names = Main.suites().stream().map(Suite::name).toList();

    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z]+"));
  }
}
