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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The command line without the process: arguments in, exit code out. */
final class CommandLine {
  static final int EXIT_OK = 0;
  static final int EXIT_MISSED = 1;
  static final int EXIT_USAGE = 2;
  static final int EXIT_NOT_MEASURED = 3;

  private static final String QUICK = "--quick";
  private static final String ROW = "--row";
  private static final String HELP = "--help";
  private static final String HELP_TEXT =
      """

      Suites
      %s
      Checks
      %s
      Options
        --quick      shorter and fewer rounds, at most 5 minutes; judges no claim
        --row TEXT   measures only rows whose names contain TEXT, in any case of letters; repeatable
        --help       prints this text

      Output
        standard output    the table
        standard error     the progress
        results/           beside the jar, one file per run and kind:
          SUITE-TIME.json      the figures of every round, with machine and commit
          SUITE-TIME.jmh.json  JMH's own result format, one fork per round
          SUITE-TIME.log       JMH's log

      Exit codes
        0  no claim missed, or the check holds; always after --quick and --help
        1  a claim missed, or the check does not hold
        2  no such suite, check, row or option
        3  an arm could not be measured

      A full run takes at most 45 minutes per suite. Nothing else should run beside it.
      How to add a library of your own: docs/benchmarks.md
      """;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final List<Suite> suites;
  private final List<Check> checks;
  private final Function<PrintStream, Meter> meters;
  private final TimeSource time;
  private final InstantSource clock;
  private final Path results;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * Creates a command line.
   *
   * @param meters creates the meter that logs to the given stream
   * @param results the folder for JSON and logs, created when first needed
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

  /**
   * The arguments, taken apart.
   *
   * @param name of the suite or check
   * @param rows what the names of the rows contain; empty for all rows
   */
  private record Request(String name, boolean quick, List<String> rows) {

    /** Returns null for what is no request. */
    static @Nullable Request of(List<String> arguments) {
      List<String> names = new ArrayList<>();
      List<String> rows = new ArrayList<>();
      boolean quick = false;
      for (int i = 0; i < arguments.size(); i++) {
        String word = arguments.get(i);
        if (word.equals(QUICK)) {
          quick = true;
        } else if (word.equals(ROW) && i + 1 < arguments.size()) {
          rows.add(arguments.get(++i).toLowerCase(Locale.ROOT));
        } else {
          names.add(word);
        }
      }
      return names.size() == 1 ? new Request(names.get(0), quick, rows) : null;
    }

    List<Row> of(Suite suite) {
      return suite.rows().stream()
          .filter(row -> rows.isEmpty() || rows.stream().anyMatch(lowerCase(row)::contains))
          .toList();
    }

    private static String lowerCase(Row row) {
      return row.name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the exit code. */
  int run(String... arguments) {
    if (List.of(arguments).contains(HELP)) {
      out.print("usage: java -jar benchmarks.jar " + usage() + "\n" + help());
      out.flush();
      return EXIT_OK;
    }
    for (Check check : checks) {
      if (List.of(arguments).equals(List.of(check.name()))) {
        return check.holds(out) ? EXIT_OK : EXIT_MISSED;
      }
    }
    Request request = Request.of(List.of(arguments));
    Optional<Suite> suite =
        request == null
            ? Optional.empty()
            : suites.stream().filter(each -> each.name().equals(request.name())).findFirst();
    if (request == null || suite.isEmpty()) {
      err.println("usage: java -jar benchmarks.jar " + usage() + " | --help");
      return EXIT_USAGE;
    }
    List<Row> rows = request.of(suite.get());
    if (rows.isEmpty() && !request.rows().isEmpty()) {
      err.println("no row of suite " + request.name() + " contains " + request.rows());
      return EXIT_USAGE;
    }
    return measure(suite.get(), rows, request);
  }

  private int measure(Suite suite, List<Row> rows, Request request) {
    // A quick run never breaks the script that runs it.
    int failed = request.quick() ? EXIT_OK : EXIT_NOT_MEASURED;
    try {
      return run(suite, rows, request);
    } catch (Meter.MeasurementException e) {
      err.println(e.getMessage());
      return failed;
    } catch (IOException e) {
      err.println(e);
      return failed;
    } catch (RuntimeException e) {
      // Without this catch the JVM would exit with 1, the code of a missed claim.
      e.printStackTrace(err);
      return failed;
    }
  }

  private String usage() {
    String measured = suites.stream().map(Suite::name).collect(Collectors.joining("|"));
    String checked =
        checks.stream().map(check -> " | " + check.name()).collect(Collectors.joining());
    return measured + " [" + QUICK + "] [" + ROW + " TEXT]" + checked;
  }

  private String help() {
    String measured =
        suites.stream()
            .map(suite -> line(suite.name(), suite.description()))
            .collect(Collectors.joining());
    String checked =
        checks.stream()
            .map(check -> line(check.name(), check.description()))
            .collect(Collectors.joining());
    return String.format(Locale.ROOT, HELP_TEXT, measured, checked);
  }

  private static String line(String name, String description) {
    return String.format(Locale.ROOT, "  %-12s %s%n", name, description);
  }

  private int run(Suite suite, List<Row> rows, Request request) throws IOException {
    Instant began = clock.instant();
    boolean whole = request.rows().isEmpty();
    List<Arm> floors = whole ? Report.floors(suite, rows) : Report.floors(rows);
    List<Arm> arms = Report.arms(floors, rows);
    Schedule schedule = request.quick() ? Schedule.quick(arms) : Schedule.full(arms);
    Files.createDirectories(results);
    Machine machine = Machine.here(results);
    String base = suite.name() + "-" + STAMP.format(began);
    Path log = results.resolve(base + ".log");
    err.printf(
        Locale.ROOT,
        "%s: %d arms, %d rounds, about %s; JMH's log: %s%n",
        suite.name(),
        arms.size(),
        schedule.rounds(),
        Figures.duration(schedule.estimate()),
        log);

    long start = time.nanoTime();
    List<Round> rounds;
    Path jmh = results.resolve(base + ".jmh.json");
    try (PrintStream stream = new PrintStream(Files.newOutputStream(log))) {
      Meter meter = meters.apply(stream);
      rounds = new Session(meter, time, err).run(schedule);
      meter.writeJmhResults(jmh);
    }
    Duration took = Duration.ofNanos(time.nanoTime() - start);
    Report report = new Report(suite.name(), machine, began, took, schedule, floors, rows, rounds);
    out.print(Table.of(report));
    Path json = results.resolve(base + ".json");
    Files.writeString(json, Json.of(report));
    // Last: if the appendix fails, the figures of the rounds are written.
    out.print(whole ? suite.appendix(time) : "");
    out.println("Figures of every round: " + json);
    out.println("JMH's own results: " + jmh);
    out.flush();
    return !request.quick() && report.count(ClaimResult.MISSED) > 0 ? EXIT_MISSED : EXIT_OK;
  }
}
