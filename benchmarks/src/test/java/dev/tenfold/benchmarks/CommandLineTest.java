// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static dev.tenfold.benchmarks.Planted.FLOOR;
import static dev.tenfold.benchmarks.Planted.OTHER;
import static dev.tenfold.benchmarks.Planted.OURS;
import static dev.tenfold.benchmarks.Planted.PEER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandLineTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path results;

  private final Planted planted = new Planted();
  private boolean truth = true;
  private final ManualTimeSource time = new ManualTimeSource();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    CommandLine bench =
        new CommandLine(
            List.of(new FloorsSuite(), planted),
            List.of(new Truth()),
            log -> planted,
            time,
            InstantSource.fixed(NOON),
            results,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return bench.run(arguments);
  }

  /** A check that holds unless told otherwise. */
  private final class Truth implements Check {

    @Override
    public String name() {
      return "truth";
    }

    @Override
    public String description() {
      return "whether two and two make four";
    }

    @Override
    public boolean holds(PrintStream found) {
      found.println("looked");
      return truth;
    }
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void run_withoutArguments_printsOneLineOfUsage() {
    assertThat(run()).isEqualTo(2);

    assertThat(err().lines())
        .containsExactly(
            "usage: java -jar benchmarks.jar floors|planted [--quick] [--row TEXT] | truth | --help");
    assertThat(out()).isEmpty();
  }

  @Test
  void run_help_explainsEverythingAndExitsZero() {
    assertThat(run("--help")).isZero();

    assertThat(out())
        .startsWith("usage: java -jar benchmarks.jar floors|planted ")
        .contains("planted      figures that were made up")
        .contains("truth        whether two and two make four")
        .contains("--quick ", "--row TEXT ", "--help ", "Exit codes", "docs/benchmarks.md");
    assertThat(out().lines()).allMatch(line -> line.length() <= 100);
    assertThat(err()).isEmpty();
    assertThat(run("planted", "--help")).isZero();
    assertThat(planted.measured).isEmpty();
  }

  @Test
  void run_row_measuresOnlyRowsThatContainTheText() {
    planted.more = List.of(Row.of("Another call", OTHER).build());

    assertThat(run("planted", "--quick", "--row", "ANOTHER")).isZero();
    assertThat(planted.measured).containsOnly(OTHER);
    assertThat(out()).contains("Another call").doesNotContain("a call\n");

    planted.measured.clear();
    assertThat(run("planted", "--row", "another", "--row", "a call")).isZero();
    assertThat(planted.measured).contains(OTHER, OURS, FLOOR);
  }

  @Test
  void run_rowThatDoesNotExist_isUsage() {
    assertThat(run("planted", "--row", "nothing")).isEqualTo(2);
    assertThat(err()).contains("no row of suite planted contains [nothing]");
    assertThat(run("planted", "--row")).isEqualTo(2);
    assertThat(planted.measured).isEmpty();
  }

  @Test
  void run_note_standsBelowItsRowAndInTheJson() throws IOException {
    assertThat(run("planted")).isZero();

    assertThat(out()).containsSubsequence("claim  0 B/op", "\n  note   The peer does more.\n");
    JsonNode json =
        JsonMapper.builder()
            .build()
            .readTree(Files.readString(results.resolve("planted-20261122-120000.json")));
    assertThat(json.path("rows").path(0).path("notes").path(0).stringValue())
        .isEqualTo("The peer does more.");
  }

  @Test
  void run_jmhResults_lieBesideTheJson() {
    assertThat(run("planted")).isZero();

    Path file = results.resolve("planted-20261122-120000.jmh.json");
    assertThat(file).hasContent("30 forks");
    assertThat(out()).contains("JMH's own results: " + file);
  }

  @Test
  void run_unknownSuiteOptionOrSecondSuite_isUsage() {
    assertThat(run("speed")).isEqualTo(2);
    assertThat(run("--quick")).isEqualTo(2);
    assertThat(run("planted", "--fast")).isEqualTo(2);
    assertThat(run("planted", "floors")).isEqualTo(2);
    assertThat(planted.measured).isEmpty();
  }

  @Test
  void run_check_exitsByWhetherItHolds() {
    assertThat(run("truth")).isZero();
    assertThat(out()).isEqualToIgnoringNewLines("looked");

    truth = false;
    assertThat(run("truth")).isEqualTo(1);
    assertThat(run("truth", "--quick")).isEqualTo(2);
    assertThat(planted.measured).isEmpty();
  }

  @Test
  void run_claimsMetInEveryRound_exitsZero() {
    assertThat(run("planted")).isZero();

    assertThat(line("at most floor + 3 ns")).contains("-1.00 ± 0.00").endsWith(" met");
    assertThat(line("ahead of peer")).endsWith(" met");
    assertThat(line("claim  0 B/op")).endsWith(" met");
    assertThat(out()).contains("3 met, 0 not shown, 0 missed.");
  }

  @Test
  void run_oneClaimMissed_exitsOne() {
    planted.figures.put(PEER, new double[] {5, 6});

    assertThat(run("planted")).isEqualTo(1);

    assertThat(line("ahead of peer")).endsWith(" missed");
    assertThat(out()).contains("2 met, 0 not shown, 1 missed.");
  }

  @Test
  void run_claimThatStraddles_isNotShownAndExitsZero() {
    planted.figures.put(FLOOR, new double[] {5, 15});
    planted.figures.put(OURS, new double[] {13});

    assertThat(run("planted")).isZero();

    assertThat(line("at most floor + 3 ns")).endsWith(" not shown");
  }

  @Test
  void run_allocation_isAMiss() {
    planted.allocated = 24;

    assertThat(run("planted")).isEqualTo(1);

    assertThat(line("claim  0 B/op")).endsWith(" missed");
    assertThat(line("ours   ours")).contains("24.0 B/op");
  }

  @Test
  void run_quickWithAMiss_judgesNoClaimAndExitsZero() {
    planted.figures.put(PEER, new double[] {5});

    assertThat(run("planted", "--quick")).isZero();

    assertThat(line("ahead of peer")).endsWith(" quick: 3 rounds");
    assertThat(out()).contains("planted (quick)").doesNotContain("1 missed", "met,");
  }

  @Test
  void run_quickBeforeTheSuite_isTheSame() {
    assertThat(run("--quick", "planted")).isZero();
    assertThat(planted.measured).hasSize(9);
  }

  @Test
  void run_machineTooSlowForThePlan_stopsInTime() {
    planted.whileMeasuring = () -> time.advance(Duration.ofMinutes(2));

    assertThat(run("planted")).isZero();

    // a round takes 6 minutes here: the eighth would end after 48
    assertThat(Duration.ofNanos(time.nanoTime())).isLessThan(Duration.ofMinutes(45));
    assertThat(err()).contains("no time for round 8 of 10");
    assertThat(out()).contains("7 rounds of one fork each").contains("3 met");
  }

  @Test
  void run_tooFewRoundsForAResult_saysNotShown() {
    planted.figures.put(PEER, new double[] {5});
    planted.whileMeasuring = () -> time.advance(Duration.ofMinutes(3));

    assertThat(run("planted")).isZero();

    assertThat(out()).contains("4 rounds of one fork each").contains("0 met, 3 not shown");
  }

  @Test
  void run_armThatFails_isNamedAndExitsThree() {
    planted.whileMeasuring =
        () -> {
          throw new Meter.MeasurementException(OURS, new IllegalStateException("port taken"));
        };

    assertThat(run("planted")).isEqualTo(3);
    assertThat(err()).contains("ours cannot be measured: port taken");

    assertThat(run("planted", "--quick")).isZero();
    assertThat(err()).contains("ours cannot be measured: port taken");
  }

  @Test
  void run_defectOfTheBench_isNotTakenForAMiss() {
    planted.figures.remove(PEER);

    assertThat(run("planted")).isEqualTo(3);

    assertThat(err()).contains("NullPointerException");
  }

  @Test
  void run_table_namesMachineAndAlignsColumns() {
    run("planted");

    assertThat(out()).contains("JDK " + Runtime.version()).contains("2026-11-22T12:00:00Z");
    List<String> arms = out().lines().filter(line -> line.contains("ns/op")).toList();
    assertThat(arms).hasSize(3);
    assertThat(arms).extracting(line -> line.indexOf('±')).containsOnly(arms.get(0).indexOf('±'));
  }

  @Test
  void run_json_holdsTheFiguresOfEveryRound() throws IOException {
    planted.allocated = Double.NaN;
    run("planted");

    Path file = results.resolve("planted-20261122-120000.json");
    assertThat(out()).contains(file.toString());
    JsonNode json = JsonMapper.builder().build().readTree(Files.readString(file));
    assertThat(json.path("rounds").intValue()).isEqualTo(10);
    JsonNode row = json.path("rows").path(0);
    assertThat(row.path("ours").path("values").path(9).doubleValue()).isEqualTo(21);
    assertThat(row.path("ours").path("allocatedBytes").path(0).isNull()).isTrue();
    JsonNode claim = row.path("claims").path(0);
    assertThat(claim.path("claim").stringValue()).isEqualTo("at most floor + 3 ns");
    assertThat(claim.path("high").doubleValue()).isEqualTo(-1);
    assertThat(claim.path("result").stringValue()).isEqualTo("met");
  }

  @Test
  void run_suiteWithAnAppendix_printsItBelowTheTableAndLeavesItOutOfTheJson() throws IOException {
    planted.appendix = () -> "slots  even\n";

    assertThat(run("planted")).isZero();

    Path file = results.resolve("planted-20261122-120000.json");
    assertThat(out()).containsSubsequence("3 met, 0 not shown", "slots  even\n", file.toString());
    assertThat(Files.readString(file)).doesNotContain("even");
  }

  @Test
  void run_suiteWhoseAppendixFails_hasKeptItsFigures() {
    planted.appendix =
        () -> {
          throw new IllegalStateException("no node to remove");
        };

    assertThat(run("planted")).isEqualTo(3);

    assertThat(err()).contains("no node to remove");
    assertThat(out()).contains("3 met, 0 not shown");
    assertThat(results.resolve("planted-20261122-120000.json")).exists();
  }

  private String line(String part) {
    return out().lines().filter(line -> line.contains(part)).findFirst().orElseThrow();
  }
}
