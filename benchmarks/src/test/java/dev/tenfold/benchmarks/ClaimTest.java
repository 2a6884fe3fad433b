// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static dev.tenfold.benchmarks.Planted.FLOOR;
import static dev.tenfold.benchmarks.Planted.OURS;
import static dev.tenfold.benchmarks.Planted.PEER;
import static dev.tenfold.benchmarks.Planted.round;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimTest {

  @Test
  void within_driftThatHitsFloorAndOurs_cancels() {
    Claim claim = Claim.within(OURS, Budget.sum(FLOOR).plus(3));
    List<Round> rounds =
        List.of(
            round(10, 12, 0, 0),
            round(20, 22, 0, 0),
            round(40, 42, 0, 0),
            round(15, 17, 0, 0),
            round(99, 101, 0, 0));

    assertThat(claim.figures(rounds)).containsOnly(-1);
    assertThat(claim.result(rounds)).isEqualTo(ClaimResult.MET);
    assertThat(claim.text()).isEqualTo("at most floor + 3 ns");
  }

  @Test
  void within_sumOfArms_addsThemUp() {
    Budget budget = Budget.sum(FLOOR, PEER).plus(1.5);

    assertThat(budget.in(round(10, 0, 5, 0))).isEqualTo(16.5);
    assertThat(budget).hasToString("floor + peer + 1.5 ns");
  }

  @Test
  void within_armTwice_countsTwice() {
    Budget budget = Budget.sum(FLOOR, PEER, FLOOR);

    assertThat(budget.in(round(10, 0, 5, 0))).isEqualTo(25);
    assertThat(budget).hasToString("2 x floor + peer");
  }

  @Test
  void within_oursBeyondTheReachInEveryRound_isMissed() {
    Claim claim = Claim.within(OURS, Budget.sum(FLOOR).plus(1));

    assertThat(claim.result(five(round(10, 12, 0, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void ahead_sameSpeed_isNotAhead() {
    Claim claim = Claim.ahead(OURS, PEER);

    assertThat(claim.result(five(round(0, 10, 10, 0)))).isEqualTo(ClaimResult.MISSED);
    assertThat(claim.result(five(round(0, 9, 10, 0)))).isEqualTo(ClaimResult.MET);
  }

  @Test
  void timesAhead_ratioAtTheFactor_isMet() {
    Claim claim = Claim.timesAhead(OURS, PEER, 4);

    assertThat(claim.result(five(round(0, 10, 40, 0)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(0, 10, 39, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void notBehind_sameSpeed_isMet() {
    Claim claim = Claim.notBehind(OURS, PEER);

    assertThat(claim.result(five(round(0, 10, 10, 0)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(0, 11, 10, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void atMostTimes_ratioAtTheFactor_isMet() {
    Claim claim = Claim.atMostTimes(OURS, PEER, 1.05);

    assertThat(claim.text()).isEqualTo("at most 1.05 x peer");
    assertThat(claim.result(five(round(0, 21, 20, 0)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(0, 21.1, 20, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void atMostTimes_driftThatHitsPeerAndOurs_cancels() {
    Claim claim = Claim.atMostTimes(OURS, PEER, 10);

    assertThat(claim.figures(List.of(round(0, 90, 10, 0), round(0, 180, 20, 0)))).containsOnly(9);
  }

  @Test
  void allocates_moreThanAllowed_isMissed() {
    Claim claim = Claim.allocates(OURS, 64);

    assertThat(claim.text()).isEqualTo("at most 64 B/op");
    assertThat(claim.result(five(round(0, 0, 0, 64.01)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(0, 0, 0, 72)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void allocates_halfAByteInsteadOfNothing_isTooMuch() {
    Claim claim = Claim.allocates(OURS, 0);

    assertThat(claim.result(five(round(0, 0, 0, 0.49)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(0, 0, 0, 0.5)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void allocatesAbove_moreThanThePeerAndTheLimit_isMissed() {
    Claim claim = Claim.allocatesAbove(OURS, PEER, 128);

    assertThat(claim.text()).isEqualTo("at most peer + 128 B/op");
    assertThat(claim.result(five(allocating(152, 24)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(allocating(160, 24)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void lessOverhead_peerThatAddsTheFactor_isMet() {
    Claim claim = Claim.lessOverhead(OURS, PEER, FLOOR, 100);

    assertThat(claim.text()).isEqualTo("at least 100 x less above floor than peer");
    assertThat(claim.result(five(round(100, 150, 5100, 0)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(100, 151, 5100, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void lessOverhead_peerFasterThanTheFloor_isMissed() {
    Claim claim = Claim.lessOverhead(OURS, PEER, FLOOR, 100);

    assertThat(claim.result(five(round(100, 150, 90, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void throughput_timeThatIsTheInverseOfTheFraction_isMet() {
    Claim claim = Claim.throughput(OURS, PEER, 0.85);

    assertThat(claim.text()).isEqualTo("throughput at least 0.85 x that of peer");
    assertThat(claim.result(five(round(0, 100, 85, 0)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(0, 101, 85, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void indistinguishable_ratiosOnBothSidesOfOne_isMetIfTheyAreClose() {
    Claim claim = Claim.indistinguishable(OURS, PEER);

    assertThat(claim.result(ratios(0.95, 1.05))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(ratios(0.5, 1.5))).isEqualTo(ClaimResult.NOT_SHOWN);
    assertThat(claim.result(ratios(1.05, 1.1))).isEqualTo(ClaimResult.MISSED);
    assertThat(claim.result(ratios(0.8, 0.85))).isEqualTo(ClaimResult.MET);
  }

  @Test
  void atMost_weighedArm_comparesBytes() {
    Claim claim = Claim.atMost(OURS, 600);

    assertThat(claim.result(five(round(0, 600, 0, 0)))).isEqualTo(ClaimResult.MET);
    assertThat(claim.result(five(round(0, 608, 0, 0)))).isEqualTo(ClaimResult.MISSED);
  }

  @Test
  void aheadOf_armThatIsNoPeerOfTheRow_isRefused() {
    assertThatThrownBy(() -> Row.of("row", OURS).aheadOf(PEER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("peer is not among the peers of row");
    assertThatThrownBy(() -> Row.of("row", OURS).atMostTimes(2, PEER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("peer is not among the peers of row");
  }

  @Test
  void floors_termsOfTheReach_withoutThePeersAmongThem() {
    Row row =
        Row.of("row", OURS)
            .peers(PEER)
            .within(Budget.sum(FLOOR).plus(2))
            .within(Budget.sum(PEER).plus(2))
            .build();

    assertThat(row.floors()).containsExactly(FLOOR);
  }

  private static Round allocating(double ours, double peer) {
    return new Round(Map.of(OURS, new Sample(1, ours), PEER, new Sample(1, peer)));
  }

  private static List<Round> ratios(double low, double high) {
    Round lower = round(0, 10 * low, 10, 0);
    Round higher = round(0, 10 * high, 10, 0);
    return List.of(lower, higher, lower, higher, lower, higher);
  }

  private static List<Round> five(Round round) {
    return List.of(round, round, round, round, round);
  }
}
