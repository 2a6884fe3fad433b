// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The primary of s0 is lost at 1 s, and its standby takes writes at 2 s. Even users are on s0. */
class FailoverTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void takeover_bothInstancesBookedSince_theLaterOneCounts() {
    Takeover takeover =
        takeover(
            answer(2, "a", 1.5, 2.25),
            answer(4, "a", 2.5, 2.75),
            answer(2, "b", 2.25, 2.5),
            answer(2, "b", 3, 9));
    assertThat(takeover.promotionSeconds()).isEqualTo(1);
    assertThat(takeover.backSeconds()).isEqualTo(0.5);
    assertThat(takeover.isInTime()).isTrue();
  }

  @Test
  void takeover_answersOfBeforeOrOfTheOtherShard_doNotCount() {
    Takeover takeover =
        takeover(
            answer(2, "a", 0.5, 2.25), // sent before the loss
            answer(1, "a", 2.25, 2.5), // on s1
            answer(2, "b", 2.25, 2.5));
    assertThat(takeover.backSeconds()).isInfinite();
    assertThat(takeover.isInTime()).isFalse();
  }

  @Test
  void takeover_laterThanTheBound_isNotInTime() {
    assertThat(takeover(answer(2, "a", 2, 3), answer(2, "b", 2, 5.25)).isInTime()).isFalse();
  }

  private static Takeover takeover(Evidence.Answer... answers) {
    return Failover.takeover(
        "s0", true, SECOND, 2 * SECOND, 3, List.of(answers), user -> "s" + user % 2);
  }

  private static Evidence.Answer answer(long user, String instance, double sent, double at) {
    var moment = new Evidence.Moment(instance, (long) (sent * SECOND), (long) (at * SECOND));
    return new Evidence.Answer("k", "b", user, 100, 1, moment);
  }
}
