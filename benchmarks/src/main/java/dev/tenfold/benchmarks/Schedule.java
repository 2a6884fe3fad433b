// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How many rounds and how long each fork, chosen before the first fork so that the suite ends in
 * time: rounds are cut down first, then iterations, and what still does not fit is refused.
 *
 * @param quick no results, a few minutes
 * @param rounds how many at most
 * @param timing of each fork
 * @param limit no round begins that might not end before this
 * @param arms in the order of the table
 */
record Schedule(boolean quick, int rounds, Timing timing, Duration limit, List<Arm> arms) {

  private static final Duration FULL = Duration.ofMinutes(45);
  private static final Duration QUICK = Duration.ofMinutes(5);

  private static final List<Timing> FULL_TIMINGS =
      List.of(Timing.of(5, 5, 400), Timing.of(5, 5, 250), Timing.of(4, 4, 150));
  private static final List<Timing> QUICK_TIMINGS =
      List.of(Timing.of(3, 3, 200), Timing.of(3, 3, 100), Timing.of(2, 2, 50));

  /** At least five rounds and at most ten in 45 minutes. */
  static Schedule full(List<Arm> arms) {
    return fitting(false, arms, FULL, FULL_TIMINGS, ClaimResult.MIN_ROUNDS, 10);
  }

  /** One to three rounds in 5 minutes. */
  static Schedule quick(List<Arm> arms) {
    return fitting(true, arms, QUICK, QUICK_TIMINGS, 1, 3);
  }

  private static Schedule fitting(
      boolean quick, List<Arm> arms, Duration limit, List<Timing> timings, int least, int most) {
    // A tenth is left for what goes slower than expected and for the report.
    Duration usable = limit.multipliedBy(9).dividedBy(10);
    for (Timing timing : timings) {
      long fit = arms.isEmpty() ? most : usable.dividedBy(round(arms, timing));
      if (fit >= least) {
        return new Schedule(quick, (int) Math.min(most, fit), timing, limit, List.copyOf(arms));
      }
    }
    throw new IllegalArgumentException(
        arms.size()
            + " arms do not fit into "
            + limit.toMinutes()
            + " minutes "
            + least
            + " times; split the suite");
  }

  /** Arms that are weighed take no time worth planning, but never nothing. */
  private static Duration round(List<Arm> arms, Timing timing) {
    long forks = arms.stream().filter(Arm.Timed.class::isInstance).count();
    return timing.perFork().multipliedBy(Math.max(1, forks));
  }

  Duration estimate() {
    return round(arms, timing).multipliedBy(rounds);
  }

  /** The arms, begun elsewhere in each round, so that drift and warmth hit every arm alike. */
  List<Arm> order(int round) {
    List<Arm> order = new ArrayList<>(arms);
    int step = Math.max(1, arms.size() / rounds);
    Collections.rotate(order, -round * step);
    return order;
  }

  /** Says whether another round may begin. */
  boolean admits(Duration elapsed, Duration slowestRound) {
    return elapsed.plus(slowestRound.multipliedBy(11).dividedBy(10)).compareTo(limit) <= 0;
  }
}
