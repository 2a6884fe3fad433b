// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a run found out, before it is put into words.
 *
 * @param suite the suite's name
 * @param machine where it ran
 * @param began when it began
 * @param took how long it took
 * @param schedule what was planned
 * @param floors all floors, the suite's own first
 * @param rows all rows
 * @param rounds all that were measured
 */
record Report(
    String suite,
    Machine machine,
    Instant began,
    Duration took,
    Schedule schedule,
    List<Arm> floors,
    List<Row> rows,
    List<Round> rounds) {

  /** The suite's floors and those of its rows. */
  static List<Arm> floors(Suite suite, List<Row> rows) {
    Set<Arm> floors = new LinkedHashSet<>(suite.floors());
    rows.forEach(row -> floors.addAll(row.floors()));
    return List.copyOf(floors);
  }

  /** Everything that is measured, each arm once. */
  static List<Arm> arms(List<Arm> floors, List<Row> rows) {
    Set<Arm> arms = new LinkedHashSet<>(floors);
    rows.forEach(row -> {
      arms.add(row.ours());
      arms.addAll(row.peers());
    });
    return List.copyOf(arms);
  }

  Interval value(Arm arm) {
    return Interval.of(rounds.stream().mapToDouble(round -> round.of(arm).value()).toArray());
  }

  Interval allocated(Arm arm) {
    return Interval.of(rounds.stream().mapToDouble(round -> round.of(arm).allocated()).toArray());
  }

  /** The result in words; a quick run has none. */
  String result(Claim claim) {
    return schedule.quick() ? "quick: " + counted() : claim.result(rounds).toString();
  }

  String counted() {
    return rounds.size() + (rounds.size() == 1 ? " round" : " rounds");
  }

  long count(ClaimResult result) {
    return rows.stream()
        .flatMap(row -> row.claims().stream())
        .filter(claim -> claim.result(rounds) == result)
        .count();
  }
}
