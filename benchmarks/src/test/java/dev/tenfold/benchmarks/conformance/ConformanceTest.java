// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our column, in virtual time; the peers' columns are theirs and run from the jar. */
class ConformanceTest {
  private static final Scenario ONE = new Scenario("S0", "Something holds", library -> null);
  private static final Scenario TWO = new Scenario("S00", "Another", library -> null);

  static List<Scenario> scenarios() {
    return Conformance.scenarios();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void scenario_playedAgainstTenfold_holds(Scenario scenario) {
    try (Library library = new TenfoldLibrary()) {
      assertThat(scenario.play(library)).isEqualTo(Finding.of(true, ""));
    }
  }

  @Test
  void scenarios_sources_citeAnIssueOrAVersionOfALibrary() {
    String cited = "[A-Z]?[a-z4-]+ (#\\d+(, #\\d+)*|\\d+\\.\\d+\\.\\d+)";

    assertThat(scenarios())
        .extracting(Scenario::source)
        .allMatch(source -> source.matches(cited + "(, " + cited + ")*"));
    assertThat(scenarios()).extracting(Scenario::sentence).doesNotHaveDuplicates();
  }

  @Test
  void toString_findings_fillEveryCellAndExplainWhatDoesNotHold() {
    Map<Scenario, List<Finding>> rows = new LinkedHashMap<>();
    rows.put(ONE, List.of(Finding.of(true, "never shown"), Finding.of(false, "is OPEN")));
    rows.put(TWO, List.of(Finding.of(true, ""), Finding.notOffered("takes no clock")));
    Matrix matrix = new Matrix(List.of("Ours", "Peer 1.0"), rows);

    assertThat(matrix.firstHolds()).isTrue();
    assertThat(matrix.toString().lines())
        .containsExactly(
            "                      Ours         Peer 1.0",
            "S0   Something holds  holds        FAILS",
            "       Peer 1.0: is OPEN",
            "S00  Another          holds        not offered",
            "       Peer 1.0: takes no clock",
            "Ours: 2 holds, 0 FAILS, 0 not offered",
            "Peer 1.0: 0 holds, 1 FAILS, 1 not offered");
  }

  @Test
  void toString_holdsWithABut_isExplainedTooAndStillHolds() {
    Finding found = Finding.of(true, "").but("its other window", Finding.fails("is OPEN"));
    Matrix matrix = new Matrix(List.of("Peer 1.0"), Map.of(ONE, List.of(found)));

    assertThat(matrix.firstHolds()).isTrue();
    assertThat(matrix.toString().lines())
        .containsExactly(
            "                     Peer 1.0",
            "S0  Something holds  holds, but",
            "      Peer 1.0: its other window: is OPEN",
            "Peer 1.0: 1 holds, 0 FAILS, 0 not offered");
  }

  @Test
  void but_nothingToAdd_staysAsItWas() {
    Finding holds = Finding.of(true, "");
    Finding fails = Finding.fails("is OPEN");

    assertThat(holds.but("its other window", holds)).isEqualTo(holds);
    assertThat(fails.but("its other window", Finding.fails("is CLOSED"))).isEqualTo(fails);
  }

  @Test
  void firstHolds_oneFindingOfOurs_decides() {
    Matrix failed = new Matrix(List.of("Ours"), Map.of(ONE, List.of(Finding.fails("is OPEN"))));
    Matrix missing =
        new Matrix(List.of("Ours"), Map.of(ONE, List.of(Finding.notOffered("no clock"))));

    assertThat(failed.firstHolds()).isFalse();
    assertThat(missing.firstHolds()).isFalse();
  }

  @Test
  void play_scenarioThatThrows_isAFinding() {
    Scenario broken =
        new Scenario(
            "S0",
            "Something holds",
            library -> {
              throw new StackOverflowError("deep");
            });
    try (Library library = new TenfoldLibrary()) {
      assertThat(broken.play(library))
          .isEqualTo(Finding.fails("ended with java.lang.StackOverflowError: deep"));
    }
  }

  @Test
  void play_scenarioThatHangs_isGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    Scenario hanging =
        new Scenario(
            "S0",
            "Something holds",
            library -> {
              never.await();
              return Finding.of(true, "");
            });

    Matrix matrix =
        Matrix.play(
            List.of(hanging), List.of(TenfoldLibrary::new), ManualTimeSource.autoAdvancing());
    never.countDown();

    assertThat(matrix.rows().get(hanging))
        .containsExactly(Finding.fails("does not end within 10 s"));
  }
}
