// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 30, 60, 120, 200})
  void full_anySuiteThatFits_hasFiveRoundsAndEndsIn45Minutes(int arms) {
    Plan plan = Plan.full(Planted.arms(arms));

    assertThat(plan.rounds()).isBetween(5, 10);
    assertThat(plan.estimate()).isLessThan(Duration.ofMinutes(45));
    assertThat(plan.quick()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 30, 60, 120})
  void quick_anySuiteThatFits_endsInFiveMinutes(int arms) {
    Plan plan = Plan.quick(Planted.arms(arms));

    assertThat(plan.rounds()).isBetween(1, 3);
    assertThat(plan.estimate()).isLessThan(Duration.ofMinutes(5));
    assertThat(plan.quick()).isTrue();
  }

  @Test
  void full_moreArmsThanFitLongIterations_shortensThem() {
    Duration few = Plan.full(Planted.arms(30)).timing().each();
    Duration many = Plan.full(Planted.arms(120)).timing().each();

    assertThat(many).isLessThan(few);
  }

  @Test
  void full_moreArmsThanFitAtAll_isRefused() {
    assertThatThrownBy(() -> Plan.full(Planted.arms(2000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2000 arms do not fit into 45 minutes 5 times");
  }

  @Test
  void estimate_weighedArms_areFree() {
    Plan plan = Plan.full(List.of(Planted.OURS, new Arm.Held("held", Object::new)));

    assertThat(plan.estimate()).isEqualTo(Plan.full(List.of(Planted.OURS)).estimate());
  }

  @Test
  void order_eachRound_hasEveryArmOnceAndBeginsElsewhere() {
    Plan plan = Plan.full(Planted.arms(25));
    Set<Arm> first = new HashSet<>();

    for (int round = 0; round < plan.rounds(); round++) {
      assertThat(plan.order(round)).containsExactlyInAnyOrderElementsOf(plan.arms());
      first.add(plan.order(round).get(0));
    }

    assertThat(first).hasSize(plan.rounds());
  }

  @Test
  void admits_roundThatWouldEndTooLate_isNotAdmitted() {
    Plan plan = Plan.quick(Planted.arms(10));

    assertThat(plan.admits(Duration.ofMinutes(3), Duration.ofSeconds(100))).isTrue();
    assertThat(plan.admits(Duration.ofMinutes(3), Duration.ofSeconds(115))).isFalse();
  }
}
