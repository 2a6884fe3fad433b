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

class ScheduleTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 30, 60, 120, 200})
  void full_anySuiteThatFits_hasFiveRoundsAndEndsIn45Minutes(int arms) {
    Schedule schedule = Schedule.full(Planted.arms(arms));

    assertThat(schedule.rounds()).isBetween(5, 10);
    assertThat(schedule.estimate()).isLessThan(Duration.ofMinutes(45));
    assertThat(schedule.quick()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 30, 60, 120})
  void quick_anySuiteThatFits_endsInFiveMinutes(int arms) {
    Schedule schedule = Schedule.quick(Planted.arms(arms));

    assertThat(schedule.rounds()).isBetween(1, 3);
    assertThat(schedule.estimate()).isLessThan(Duration.ofMinutes(5));
    assertThat(schedule.quick()).isTrue();
  }

  @Test
  void full_moreArmsThanFitLongIterations_shortensThem() {
    Duration few = Schedule.full(Planted.arms(30)).timing().each();
    Duration many = Schedule.full(Planted.arms(120)).timing().each();

    assertThat(many).isLessThan(few);
  }

  @Test
  void full_moreArmsThanFitAtAll_isRefused() {
    assertThatThrownBy(() -> Schedule.full(Planted.arms(2000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2000 arms do not fit into 45 minutes 5 times");
  }

  @Test
  void estimate_weighedArms_areFree() {
    Schedule schedule =
        Schedule.full(List.of(Planted.OURS, new Arm.Footprint("held", Object::new)));

    assertThat(schedule.estimate()).isEqualTo(Schedule.full(List.of(Planted.OURS)).estimate());
  }

  @Test
  void estimate_workloads_countAsForks() {
    Schedule schedule =
        Schedule.full(List.of(Planted.OURS, new Arm.Workload("share", "%", each -> 1)));

    assertThat(schedule.estimate())
        .isEqualTo(Schedule.full(List.of(Planted.OURS, Planted.PEER)).estimate());
  }

  @Test
  void order_eachRound_hasEveryArmOnceAndBeginsElsewhere() {
    Schedule schedule = Schedule.full(Planted.arms(25));
    Set<Arm> first = new HashSet<>();

    for (int round = 0; round < schedule.rounds(); round++) {
      assertThat(schedule.order(round)).containsExactlyInAnyOrderElementsOf(schedule.arms());
      first.add(schedule.order(round).get(0));
    }

    assertThat(first).hasSize(schedule.rounds());
  }

  @Test
  void admits_roundThatWouldEndTooLate_isNotAdmitted() {
    Schedule schedule = Schedule.quick(Planted.arms(10));

    assertThat(schedule.admits(Duration.ofMinutes(3), Duration.ofSeconds(100))).isTrue();
    assertThat(schedule.admits(Duration.ofMinutes(3), Duration.ofSeconds(115))).isFalse();
  }
}
