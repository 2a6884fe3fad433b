// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The number of rounds and the length of each fork. A schedule is made before the first fork, so
 * that the suite ends in time: it first takes fewer rounds, then shorter iterations, and is refused
 * if not even those fit.
 *
 * @param quick whether the run is short and judges no claim
 * @param rounds the greatest number of rounds
 * @param timing the iterations of each fork
 * @param limit the time by which the last round has to end
 * @param arms the arms in the order of the table
 */
record Schedule(boolean quick, int rounds, Timing timing, Duration limit, List<Arm> arms) {

  private static final Duration FULL = Duration.ofMinutes(45);
  private static final Duration QUICK = Duration.ofMinutes(5);

  private static final List<Timing> FULL_TIMINGS =
      List.of(Timing.of(5, 5, 400), Timing.of(5, 5, 250), Timing.of(4, 4, 150));
  private static final List<Timing> QUICK_TIMINGS =
      List.of(Timing.of(3, 3, 200), Timing.of(3, 3, 100), Timing.of(2, 2, 50));

  private static final int MAX_FULL_ROUNDS = 10;
  private static final int MAX_QUICK_ROUNDS = 3;

  /** At least five rounds and at most ten in 45 minutes. */
  static Schedule full(List<Arm> arms) {
    return fitting(false, arms, FULL, FULL_TIMINGS, ClaimResult.MIN_ROUNDS, MAX_FULL_ROUNDS);
  }

  /** At most three rounds in 5 minutes; one only if there are too many arms for two. */
  static Schedule quick(List<Arm> arms) {
    boolean two = rounds(arms, shortest(QUICK_TIMINGS), QUICK) >= 2;
    return fitting(true, arms, QUICK, QUICK_TIMINGS, two ? 2 : 1, MAX_QUICK_ROUNDS);
  }

  private static Timing shortest(List<Timing> timings) {
    return timings.get(timings.size() - 1);
  }

  private static Schedule fitting(
      boolean quick, List<Arm> arms, Duration limit, List<Timing> timings, int min, int max) {
    for (Timing timing : timings) {
      long rounds = rounds(arms, timing, limit);
      if (rounds >= min) {
        return new Schedule(quick, (int) Math.min(max, rounds), timing, limit, List.copyOf(arms));
      }
    }
    throw new IllegalArgumentException(
        arms.size()
            + " arms do not fit into "
            + limit.toMinutes()
            + " minutes "
            + min
            + " times; split the suite");
  }

  /** Returns how many rounds fit, with a tenth of the time left for delays and the report. */
  private static long rounds(List<Arm> arms, Timing timing, Duration limit) {
    return limit.multipliedBy(9).dividedBy(10).dividedBy(round(arms, timing));
  }

  /** Returns the length of a round. Footprints take no time worth counting. */
  private static Duration round(List<Arm> arms, Timing timing) {
    long forks =
        arms.stream()
            .filter(arm -> arm instanceof Arm.Timed || arm instanceof Arm.Workload)
            .count();
    return timing.perFork().multipliedBy(Math.max(1, forks));
  }

  Duration estimate() {
    return round(arms, timing).multipliedBy(rounds);
  }

  /** Returns the arms rotated by round, so that drift of the machine affects all arms alike. */
  List<Arm> order(int round) {
    List<Arm> order = new ArrayList<>(arms);
    int step = Math.max(1, arms.size() / rounds);
    Collections.rotate(order, -round * step);
    return order;
  }

  /** Returns whether another round may begin. */
  boolean admits(Duration elapsed, Duration slowestRound) {
    return elapsed.plus(slowestRound.multipliedBy(11).dividedBy(10)).compareTo(limit) <= 0;
  }
}
