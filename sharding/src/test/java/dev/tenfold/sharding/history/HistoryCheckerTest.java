// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories in the words of {@link HistoryText}: good ones and bad ones. */
class HistoryCheckerTest {

  private static History history(String... lines) {
    History history = new History();
    for (String line : lines) {
      Event event = HistoryText.parse(line);
      assertThat(HistoryText.of(event)).as("the text of the event").isEqualTo(line);
      history.accept(event);
    }
    return history;
  }

  private static void assertGood(String... lines) {
    assertThat(HistoryChecker.violations(history(lines))).isEmpty();
  }

  private static void assertBad(String sentence, String... lines) {
    List<String> violations = HistoryChecker.violations(history(lines));

    assertThat(violations).singleElement().asString().contains(sentence);
  }

  @Test
  void read_afterAWriteOfItsScope_hasToSeeIt() {
    String write = "write 1 10 11 p ACKNOWLEDGED 5=2";
    assertBad(HistoryChecker.OWN_WRITE, write, "read 1 12 12 13 r1 standby 5=1");
    assertBad(HistoryChecker.OWN_WRITE, write, "read 1 12 12 13 p primary 5=1");
    assertGood(write, "read 1 12 12 13 r1 standby 5=2");
    assertGood(write, "read 1 12 12 13 r1 standby 5=3");
    assertGood(write, "read 2 12 12 13 r1 standby 5=1");
  }

  @Test
  void read_onAConnectionThatWasBoundEarlier_needNotSeeTheWrite() {
    assertGood("write 1 10 11 p ACKNOWLEDGED 5=2", "read 1 9 12 13 r1 standby 5=1");
  }

  @Test
  void write_unknownOrFailed_isNotRequired() {
    assertGood("write 1 10 11 p UNKNOWN 5=2", "read 1 12 12 13 p primary 5=1");
    assertGood("write 1 10 11 p FAILED 5=2", "read 1 12 12 13 p primary 5=1");
    assertGood(
        "write 9 10 30 p UNKNOWN 5=2",
        "read 1 12 12 13 r1 standby 5=2",
        "read 1 40 40 41 p primary 5=1");
  }

  @Test
  void read_afterAnEarlierRead_missesNothingThatIsAcknowledged() {
    String write = "write 9 10 20 p ACKNOWLEDGED 5=2 6=7";
    String earlier = "read 1 12 12 13 r1 standby 5=2";
    assertGood(write, earlier, "read 1 15 15 16 p primary 5=1"); // not acknowledged yet
    assertBad(HistoryChecker.EARLIER_READ, write, earlier, "read 1 20 20 21 p primary 5=1");
    assertBad(HistoryChecker.EARLIER_READ, write, earlier, "read 1 20 20 21 r1 standby 6=6");
    assertGood(write, earlier, "read 1 20 20 21 p primary 6=7");
  }

  @Test
  void read_onAnotherReplica_seesWhatWasAcknowledgedBeforeAnEarlierOperation() {
    String write = "write 9 1 2 p ACKNOWLEDGED 5=2";
    assertBad(
        HistoryChecker.SERVED_BY,
        write,
        "read 1 3 3 4 r1 standby 6=1",
        "read 1 5 5 6 r2 standby 5=1");
    assertGood(write, "read 1 3 3 4 r1 standby 6=1", "read 1 5 5 6 r1 standby 5=1");
    assertGood(write, "read 1 1 1 4 r1 standby 6=1", "read 1 5 5 6 r2 standby 5=1");
    assertBad(
        HistoryChecker.SERVED_BY, write, "write 1 3 4 p FAILED 6=1", "read 1 5 5 6 r2 standby 5=1");
  }

  @Test
  void scope_openedWithAToken_knowsWhatItsOriginKnew() {
    String write = "write 1 10 11 p ACKNOWLEDGED 5=2";
    String capture = "captured 1 12 77";
    String open = "opened 2 14 15 77";
    assertBad(HistoryChecker.OWN_WRITE, write, capture, open, "read 2 16 16 17 r1 standby 5=1");
    assertGood(write, capture, open, "read 2 14 16 17 r1 standby 5=1");
    assertGood("captured 1 9 77", write, open, "read 2 16 16 17 r1 standby 5=1");
  }

  @Test
  void token_ofATokenAndMerged_knowsBoth() {
    String[] before = {
      "write 1 10 11 p ACKNOWLEDGED 5=2",
      "captured 1 12 77",
      "write 3 10 11 p ACKNOWLEDGED 6=2",
      "captured 3 12 78",
      "merged 13 79 77 78",
      "opened 2 14 15 79",
      "captured 2 16 80",
      "opened 4 17 18 80",
    };
    String[] first = append(before, "read 4 19 19 20 r1 standby 5=1");
    String[] second = append(before, "read 4 19 19 20 r1 standby 6=1");

    assertBad(HistoryChecker.OWN_WRITE, first);
    assertBad(HistoryChecker.OWN_WRITE, second);
    assertGood(append(before, "read 4 19 19 20 r1 standby 5=2 6=2"));
  }

  private static String[] append(String[] lines, String line) {
    String[] longer = java.util.Arrays.copyOf(lines, lines.length + 1);
    longer[lines.length] = line;
    return longer;
  }

  @Test
  void justNow_tokenOrDeclaration_requiresAllThatWasAcknowledgedBefore() {
    String write = "write 9 1 2 p ACKNOWLEDGED 5=2";
    assertBad(HistoryChecker.SERVED_BY, write, "opened 1 3 4 -1", "read 1 5 5 6 r1 standby 5=1");
    assertBad(HistoryChecker.SERVED_BY, write, "declared 1 3", "read 1 5 5 6 r1 standby 5=1");
    assertGood(write, "opened 1 1 4 -1", "read 1 5 5 6 r1 standby 5=1");
    assertGood(write, "opened 1 3 4 0", "read 1 5 5 6 r1 standby 5=1");
  }

  @Test
  void write_lostByAFailover_isRequiredBeforeItOnly() {
    String write = "write 1 10 11 p ACKNOWLEDGED 5=2";
    assertGood(write, "promoted 20 5=1", "read 1 21 21 22 r1 primary 5=1");
    assertBad(HistoryChecker.OWN_WRITE, write, "promoted 20 5=1", "read 1 12 12 13 p primary 5=1");
    assertBad(HistoryChecker.OWN_WRITE, write, "promoted 20 5=2", "read 1 21 21 22 r1 primary 5=1");
    assertBad(
        HistoryChecker.OWN_WRITE,
        write,
        "promoted 20 5=1",
        "write 1 23 24 r1 ACKNOWLEDGED 5=2",
        "read 1 25 25 26 r2 standby 5=1");
  }

  @Test
  void scope_usedByThreadsAtATime_isJudgedByTheOrderOfEndAndBinding() {
    assertGood("write 1 10 15 p ACKNOWLEDGED 5=2", "read 1 14 14 30 r1 standby 5=1");
    assertBad(
        HistoryChecker.OWN_WRITE,
        "write 1 10 15 p ACKNOWLEDGED 5=2",
        "read 1 15 15 30 r1 standby 5=1");
  }

  @Test
  void figures_ofAHistory_countReplicasAndReadsSoonAfterAWrite() {
    HistoryFigures figures = new HistoryFigures();
    figures.add(
        history(
            "opened 1 1 2 0",
            "write 1 10 11 p ACKNOWLEDGED 5=2",
            "read 1 12 12 13 r1 standby 5=2",
            "read 1 60000000 60000000 60000001 r1 standby 5=2",
            "read 1 9 60000002 60000003 r2 standby 5=1",
            "read 1 14 14 15 p primary 5=2"));

    assertThat(figures.replicaPercent()).isEqualTo(75);
    assertThat(figures.soonPercent()).isEqualTo(25);
    assertThat(figures.summary())
        .contains("scoped reads: 4\n")
        .contains("within 50 ms of a write of the scope: 1 (25.0 %)\n")
        .contains("on r2 as standby: 1 (25.0 %)\n")
        .contains("on connections that were bound earlier: 1 (25.0 %)\n");
  }
}
