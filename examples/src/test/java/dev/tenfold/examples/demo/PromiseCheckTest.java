// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.examples.TopologyStamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The check must be able to fail: every test but the first plants one lie. */
class PromiseCheckTest {
  private static final Evidence.Moment MOMENT = new Evidence.Moment("a", 5, 6);

  private final List<Evidence.Answer> answered = new ArrayList<>();
  private final List<Evidence.Row> rows = new ArrayList<>();
  private final Map<Long, Long> versions = new HashMap<>();
  private final Map<String, Long> charges = new HashMap<>();
  private final List<Evidence.Standby> standbys = new ArrayList<>();
  private final List<Evidence.Staleness> staleness = new ArrayList<>();
  private Takeover takeover = new Takeover("s0", true, 0.7, 0.4, 3);
  private final Map<String, Long> held = new HashMap<>();
  private final Map<String, String> traces = new HashMap<>();
  private final TopologyStamp published = new TopologyStamp("bookings", 2, "0123456789abcdef");
  private final Map<String, TopologyStamp> instances = new HashMap<>();

  PromiseCheckTest() {
    book("k1", "b1", 1, 100);
    book("k2", "b2", 1, 250);
    book("k3", "b3", 2, 300);
    versions.put(3L, 0L);
    standbys.add(new Evidence.Standby("standby of s0", "abc", "abc"));
    staleness.add(
        new Evidence.Staleness("Reads are fresh", "Promise.", 2.0, 500, true, 400, 20, 1.9));
    held.put("unanswered requests", 0L);
    traces.put("A", "seen");
    instances.put("a", published);
    instances.put("b", published);
  }

  private void book(String key, String id, long user, long cents) {
    versions.merge(user, 1L, Long::sum);
    answered.add(new Evidence.Answer(key, id, user, cents, versions.get(user), MOMENT));
    rows.add(new Evidence.Row(home(user), id, key, user, cents, "CONFIRMED"));
    charges.put(id, cents);
  }

  private static String home(long user) {
    return "s" + user % 2;
  }

  private List<String> broken() {
    var evidence =
        new Evidence(
            answered,
            7,
            rows,
            versions,
            new Evidence.Routing(published, instances, 23, 0.4),
            PromiseCheckTest::home,
            Map.of("s0", 1_000L, "s1", 1_000L),
            charges,
            3,
            standbys,
            staleness,
            takeover,
            held,
            traces);
    return new PromiseCheck(evidence)
        .results().stream().filter(result -> !result.held()).map(PromiseResult::title).toList();
  }

  @Test
  void results_everythingAsPromised_allHold() {
    assertThat(broken()).isEmpty();
  }

  @Test
  void results_answeredBookingIsNowhere_lost() {
    answered.add(new Evidence.Answer("k9", "b9", 3, 10, 1, MOMENT));
    assertThat(broken()).containsExactly("No booking is lost");
  }

  @Test
  void results_storedUnderAnotherIdThanAnswered_lost() {
    answered.set(0, new Evidence.Answer("k1", "b7", 1, 100, 1, MOMENT));
    assertThat(broken()).containsExactly("No booking is lost");
  }

  @Test
  void results_storedWithAnotherAmountThanAnswered_lost() {
    answered.set(0, new Evidence.Answer("k1", "b1", 1, 101, 1, MOMENT));
    assertThat(broken()).containsExactly("No booking is lost");
  }

  @Test
  void results_twoRowsUnderOneKey_double() {
    rows.add(new Evidence.Row(home(1), "b1x", "k1", 1, 100, "CONFIRMED"));
    charges.put("b1x", 100L);
    versions.merge(1L, 1L, Long::sum);
    assertThat(broken()).containsExactly("No booking is duplicated");
  }

  @Test
  void results_chargeForAnUnknownBooking_strayCharge() {
    charges.put("b77", 100L);
    assertThat(broken()).containsExactly("Every charge has a booking");
  }

  @Test
  void results_chargeOfAnotherAmount_strayCharge() {
    charges.put("b1", 99L);
    assertThat(broken()).containsExactly("Every charge has a booking");
  }

  @Test
  void results_confirmedAndNeverCharged_unpaid() {
    charges.remove("b2");
    assertThat(broken()).containsExactly("Every confirmed booking is charged once");
  }

  @Test
  void results_counterRaisedWithoutARow_disagree() {
    versions.put(3L, 1L);
    assertThat(broken()).containsExactly("Counter and bookings agree");
  }

  @Test
  void results_rowOnAnotherShard_misplaced() {
    rows.set(2, new Evidence.Row("s1", "b3", "k3", 2, 300, "CONFIRMED"));
    assertThat(broken()).containsExactly("Every booking is on the shard of its user");
  }

  @Test
  void results_instanceRoutesByAnOlderVersion_disagree() {
    instances.put("b", new TopologyStamp("bookings", 1, "0123456789abcdef"));
    assertThat(broken()).containsExactly("All instances route by one topology");
  }

  @Test
  void results_instanceRoutesByAnotherTopologyOfThatVersion_disagree() {
    instances.put("b", new TopologyStamp("bookings", 2, "0123456789abcdee"));
    assertThat(broken()).containsExactly("All instances route by one topology");
  }

  @Test
  void results_instanceDoesNotSay_notProven() {
    instances.remove("b");
    assertThat(broken()).containsExactly("All instances route by one topology");
  }

  @Test
  void results_standbyHoldsSomethingElse_disagree() {
    standbys.add(new Evidence.Standby("standby of s1", "abc", "abd"));
    assertThat(broken()).containsExactly("The standbys have caught up");
  }

  @Test
  void results_readOlderThanItsBound_stale() {
    staleness.add(
        new Evidence.Staleness("Own reads are exact", "Promise.", 0, 500, true, 400, 1, 0.001));
    assertThat(broken()).containsExactly("Own reads are exact");
  }

  @Test
  void results_noReadWasChecked_notProven() {
    staleness.add(new Evidence.Staleness("Own reads are exact", "Promise.", 0, 0, false, 0, 0, 0));
    assertThat(broken()).containsExactly("Own reads are exact");
  }

  @Test
  void results_noReadWasServedByAStandby_notProven() {
    staleness.add(new Evidence.Staleness("Own reads are exact", "P.", 0, 500, true, 0, 0, 0));
    assertThat(broken()).containsExactly("Own reads are exact");
  }

  @Test
  void results_serviceWasBackTooLateOrNever_notReplaced() {
    for (double seconds : new double[] {3.1, Double.POSITIVE_INFINITY}) {
      takeover = new Takeover("s0", true, 0.7, seconds, 3);
      assertThat(broken()).containsExactly("A lost primary is replaced without a restart");
    }
  }

  @Test
  void results_commitsDidNotWaitForTheStandby_notReplaced() {
    takeover = new Takeover("s0", false, 0.7, 0.4, 3);
    assertThat(broken()).containsExactly("A lost primary is replaced without a restart");
  }

  @Test
  void results_requestStillOpen_stuck() {
    held.put("unanswered requests", 1L);
    assertThat(broken()).containsExactly("Nothing is left open");
  }

  @Test
  void results_bookingStillPending_stuck() {
    rows.add(new Evidence.Row(home(3), "b4", "k4", 3, 10, "PENDING"));
    charges.put("b4", 10L);
    versions.put(3L, 1L);
    assertThat(broken()).containsExactly("Nothing is left open");
  }

  @Test
  void results_faultWithoutATrace_provesNothing() {
    traces.put("B", "");
    assertThat(broken()).containsExactly("Every fault had an effect");
  }

  @Test
  void results_noBookingAtAll_provesNothing() {
    answered.clear();
    rows.clear();
    charges.clear();
    versions.clear();
    assertThat(broken()).contains("No booking is lost");
  }
}
