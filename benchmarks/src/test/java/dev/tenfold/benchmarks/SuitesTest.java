// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every suite still starts: each arm once, in this process, for one call. */
class SuitesTest {
  private static final Timing ONCE = Timing.of(0, 1, 1);
  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

  @BeforeAll
  static void besideOtherBenchmarks() {
    // One call is no measurement: it may run while somebody measures.
    System.setProperty("jmh.ignoreLock", "true");
  }

  static Stream<Arguments> arms() {
    return Main.suites().stream()
        .flatMap(
            suite -> arms(suite).stream().map(arm -> Arguments.of(suite.name(), arm.name(), arm)));
  }

  private static List<Arm> arms(Suite suite) {
    List<Row> rows = suite.rows();
    return Report.arms(Report.floors(suite, rows), rows);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("arms")
  void arm_calledOnce_givesAFigure(String suite, String name, Arm arm) throws RunnerException {
    if (arm instanceof Arm.Timed timed) {
      RunResult result =
          new Runner(
                  new OptionsBuilder()
                      .parent(ForkMeter.options(timed, ONCE))
                      .mode(Mode.SingleShotTime)
                      .forks(0)
                      .build(),
                  OutputFormatFactory.createFormatInstance(NOWHERE, VerboseMode.SILENT))
              .runSingle();
      assertThat(result.getPrimaryResult().getScore()).isPositive();
    } else {
      assertThat(new ForkMeter(NOWHERE).measure(arm, ONCE).value()).isPositive();
    }
  }

  @Test
  void suites_schedules_fitTheirTime() {
    assertThat(Main.suites()).isNotEmpty();
    for (Suite suite : Main.suites()) {
      Schedule full = Schedule.full(arms(suite));
      assertThat(full.estimate()).as(suite.name()).isLessThan(Duration.ofMinutes(45));
      Schedule quick = Schedule.quick(arms(suite));
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
