// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The data of a run, from which the table and the JSON are made.
 *
 * @param suite the suite's name
 * @param machine the machine
 * @param began the beginning of the run
 * @param took the duration of the run
 * @param schedule the schedule
 * @param floors all floors, those of the suite first
 * @param rows all rows
 * @param rounds the measured rounds
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

  /** Returns the floors of the suite and those of its rows. */
  static List<Arm> floors(Suite suite, List<Row> rows) {
    Set<Arm> floors = new LinkedHashSet<>(suite.floors());
    floors.addAll(floors(rows));
    return List.copyOf(floors);
  }

  /** Returns the floors that the budgets of these rows are built from. */
  static List<Arm> floors(List<Row> rows) {
    Set<Arm> floors = new LinkedHashSet<>();
    rows.forEach(row -> floors.addAll(row.floors()));
    return List.copyOf(floors);
  }

  /** Returns all arms, each one once. */
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

  /** Returns the result as text; a quick run has none. */
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
