// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.TimeSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The command line without the process: arguments in, exit code out. */
final class CommandLine {
  static final int EXIT_OK = 0;
  static final int EXIT_MISSED = 1;
  static final int EXIT_USAGE = 2;
  static final int EXIT_NOT_MEASURED = 3;

  private static final String QUICK = "--quick";
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final List<Suite> suites;
  private final List<Check> checks;
  private final Function<PrintStream, Meter> meters;
  private final TimeSource time;
  private final InstantSource clock;
  private final Path results;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * Makes a bench.
   *
   * @param meters makes the meter that logs to the given stream
   * @param results the folder for JSON and logs, made when first needed
   */
  CommandLine(
      List<Suite> suites,
      List<Check> checks,
      Function<PrintStream, Meter> meters,
      TimeSource time,
      InstantSource clock,
      Path results,
      PrintStream out,
      PrintStream err) {
    this.suites = suites;
    this.checks = checks;
    this.meters = meters;
    this.time = time;
    this.clock = clock;
    this.results = results;
    this.out = out;
    this.err = err;
  }

  /** Returns the exit code. */
  int run(String... arguments) {
    List<String> words = List.of(arguments);
    boolean quick = words.contains(QUICK);
    List<String> names = words.stream().filter(word -> !word.equals(QUICK)).toList();
    for (Check check : checks) {
      if (words.equals(List.of(check.name()))) {
        return check.holds(out) ? EXIT_OK : EXIT_MISSED;
      }
    }
    Optional<Suite> suite =
        suites.stream().filter(each -> names.equals(List.of(each.name()))).findFirst();
    if (suite.isEmpty()) {
      err.println("usage: java -jar benchmarks.jar " + usage());
      return EXIT_USAGE;
    }
    int broken =
        quick ? EXIT_OK : EXIT_NOT_MEASURED; // a quick run never breaks the script it stands in
    try {
      return run(suite.get(), quick);
    } catch (Meter.MeasurementException e) {
      err.println(e.getMessage());
      return broken;
    } catch (IOException e) {
      err.println(e);
      return broken;
    } catch (RuntimeException e) {
      // Left to the JVM this would end with 1, which means that a claim was missed.
      e.printStackTrace(err);
      return broken;
    }
  }

  private String usage() {
    String measured = suites.stream().map(Suite::name).collect(Collectors.joining("|"));
    String checked =
        checks.stream().map(check -> " | " + check.name()).collect(Collectors.joining());
    return measured + " [" + QUICK + "]" + checked;
  }

  private int run(Suite suite, boolean quick) throws IOException {
    Instant began = clock.instant();
    List<Row> rows = suite.rows();
    List<Arm> floors = Report.floors(suite, rows);
    List<Arm> arms = Report.arms(floors, rows);
    Schedule schedule = quick ? Schedule.quick(arms) : Schedule.full(arms);
    Files.createDirectories(results);
    Machine machine = Machine.here(results);
    Path base = results.resolve(suite.name() + "-" + STAMP.format(began));
    Path log = base.resolveSibling(base.getFileName() + ".log");
    err.printf(
        "%s: %d arms, %d rounds, about %s; JMH's log: %s%n",
        suite.name(), arms.size(), schedule.rounds(), Figures.duration(schedule.estimate()), log);

    long start = time.nanoTime();
    List<Round> rounds;
    try (PrintStream stream = new PrintStream(Files.newOutputStream(log))) {
      rounds = new Session(meters.apply(stream), time, err).run(schedule);
    }
    Duration took = Duration.ofNanos(time.nanoTime() - start);
    Report report = new Report(suite.name(), machine, began, took, schedule, floors, rows, rounds);
    out.print(Table.of(report));
    Path json = base.resolveSibling(base.getFileName() + ".json");
    Files.writeString(json, Json.of(report));
    // Last: were it to fail, the figures of the rounds would be there.
    out.print(suite.appendix(time));
    out.println("Figures of every round: " + json);
    out.flush();
    return !quick && report.count(ClaimResult.MISSED) > 0 ? EXIT_MISSED : EXIT_OK;
  }
}
