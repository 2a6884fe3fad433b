// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A statement about Tenfold: a figure per round, and a limit for the interval of the figure.
 *
 * @param text the claim in words
 * @param figure the formula of the figure: "ours - budget", "ours / peer", "ours"
 * @param unit of the figure
 * @param statistic computes the figure
 * @param limit the greatest figure for which the claim holds
 * @param test how the interval of the figure is compared with the limit
 */
record Claim(
    String text,
    String figure,
    String unit,
    ToDoubleFunction<Round> statistic,
    double limit,
    Test test) {

  /** Less than half a byte is the bookkeeping of the profiler and counts as nothing. */
  private static final double BOOKKEEPING = Math.nextDown(0.5);

  /** How the interval of a figure is compared with the limit. */
  enum Test {
    /** The whole interval must be within the limit. */
    WITHIN,
    /** The whole interval must not be beyond the limit, and must be narrow. */
    NOT_BEYOND
  }

  Claim(String text, String figure, String unit, ToDoubleFunction<Round> statistic, double limit) {
    this(text, figure, unit, statistic, limit, Test.WITHIN);
  }

  static Claim within(Arm ours, Budget budget) {
    ToDoubleFunction<Round> statistic = round -> round.of(ours).value() - budget.in(round);
    return new Claim("at most " + budget, "ours - budget", bare(ours.unit()), statistic, 0);
  }

  static Claim ahead(Arm ours, Arm peer) {
    return ratio("ahead of " + peer.name(), ours, peer, Math.nextDown(1.0));
  }

  static Claim timesAhead(Arm ours, Arm peer, double factor) {
    String text = "at least " + Figures.shortest(factor) + " x ahead of " + peer.name();
    return ratio(text, ours, peer, 1 / factor);
  }

  static Claim notBehind(Arm ours, Arm peer) {
    return ratio("not slower than " + peer.name(), ours, peer, 1);
  }

  static Claim atMostTimes(Arm ours, Arm peer, double factor) {
    String text = "at most " + Figures.shortest(factor) + " x " + peer.name();
    return ratio(text, ours, peer, factor);
  }

  static Claim throughput(Arm ours, Arm peer, double fraction) {
    String text = "throughput at least " + Figures.shortest(fraction) + " x that of " + peer.name();
    return ratio(text, ours, peer, 1 / fraction);
  }

  static Claim indistinguishable(Arm ours, Arm peer) {
    Claim ratio = ratio("no significant difference from " + peer.name(), ours, peer, 1);
    return new Claim(ratio.text, ratio.figure, "", ratio.statistic, ratio.limit, Test.NOT_BEYOND);
  }

  /** A difference, not a quotient, whose sign would be wrong if the peer beats its floor. */
  static Claim lessOverhead(Arm ours, Arm peer, Arm floor, double factor) {
    String times = Figures.shortest(factor) + " x ";
    ToDoubleFunction<Round> statistic =
        round -> {
          double base = round.of(floor).value();
          return factor * (round.of(ours).value() - base) - (round.of(peer).value() - base);
        };
    return new Claim(
        "at least " + times + "less above " + floor.name() + " than " + peer.name(),
        times + "ours - peer",
        bare(ours.unit()),
        statistic,
        0);
  }

  private static Claim ratio(String text, Arm ours, Arm peer, double limit) {
    ToDoubleFunction<Round> statistic = round -> round.of(ours).value() / round.of(peer).value();
    return new Claim(text, "ours / peer", "", statistic, limit);
  }

  static Claim allocates(Arm ours, int bytes) {
    String text = (bytes == 0 ? "" : "at most ") + bytes + " B/op";
    double limit = bytes + BOOKKEEPING;
    return new Claim(text, "ours", "B", round -> round.of(ours).allocated(), limit);
  }

  static Claim allocatesAbove(Arm ours, Arm peer, int bytes) {
    return new Claim(
        "at most " + peer.name() + " + " + bytes + " B/op",
        "ours - peer",
        "B",
        round -> round.of(ours).allocated() - round.of(peer).allocated(),
        bytes + BOOKKEEPING);
  }

  static Claim atMost(Arm ours, double limit) {
    String text = "at most " + Figures.shortest(limit) + " " + ours.unit();
    return new Claim(text, "ours", bare(ours.unit()), round -> round.of(ours).value(), limit);
  }

  private static String bare(String unit) {
    return unit.equals("ns/op") ? "ns" : unit;
  }

  double[] figures(List<Round> rounds) {
    return rounds.stream().mapToDouble(statistic).toArray();
  }

  ClaimResult result(List<Round> rounds) {
    Interval interval = Interval.of(figures(rounds));
    return test == Test.WITHIN
        ? ClaimResult.of(interval, limit)
        : ClaimResult.notBeyond(interval, limit);
  }
}
