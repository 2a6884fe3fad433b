// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.benchmarks.jdbc.Backend;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One call of an arm in this process. */
final class OneCall {
  private static final Timing ONCE = Timing.of(0, 1, 1);
  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

  private OneCall() {}

  /** One call is no measurement: it may run while somebody measures. */
  static void besideOtherBenchmarks() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  /** Returns suite, name and arm of the arms that match, of all suites. */
  static Stream<Arguments> arms(Predicate<Arm> matching) {
    return Main.suites().stream()
        .flatMap(suite ->
            arms(suite).stream()
                .filter(matching)
                .map(arm -> Arguments.of(suite.name(), arm.name(), arm)));
  }

  static List<Arm> arms(Suite suite) {
    List<Row> rows = suite.rows();
    return Report.arms(Report.floors(suite, rows), rows);
  }

  static boolean needsServers(Arm arm) {
    if (arm instanceof Arm.Workload workload) {
      return workload.startsServers();
    }
    return arm instanceof Arm.Timed timed
        && timed.params().containsValue(Backend.POSTGRES.toString());
  }

  /** Calls an arm and returns its figure. */
  static double of(Arm arm) throws RunnerException {
    if (!(arm instanceof Arm.Timed timed)) {
      return new ForkMeter(NOWHERE).measure(arm, ONCE).value();
    }
    RunResult result =
        new Runner(
                new OptionsBuilder()
                    .parent(ForkMeter.options(timed, ONCE))
                    .mode(Mode.SingleShotTime)
                    .forks(0)
                    .build(),
                OutputFormatFactory.createFormatInstance(NOWHERE, VerboseMode.SILENT))
            .runSingle();
    return result.getPrimaryResult().getScore();
  }
}
