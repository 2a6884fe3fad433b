// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A budget: what ours may cost, as a sum of arms measured in the same round and a constant.
 *
 * <pre>{@code
 * Budget.sum(rawCall, atomicAdd).plus(3)       // raw call + atomic add + 3 ns
 * }</pre>
 *
 * @param terms floors, or peers
 * @param constant what may come on top, in the unit of the terms
 */
public record Budget(List<Arm> terms, double constant) {

  /** Copies the terms. */
  public Budget {
    terms = List.copyOf(terms);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("a budget without a floor would not survive a machine");
    }
  }

  /**
   * Adds up arms.
   *
   * @param terms at least one
   * @return their sum
   */
  public static Budget sum(Arm... terms) {
    return new Budget(List.of(terms), 0);
  }

  /**
   * Adds a constant.
   *
   * @param more in the unit of the terms
   * @return the larger budget
   */
  public Budget plus(double more) {
    return new Budget(terms, constant + more);
  }

  /**
   * Puts in the figures of a round.
   *
   * @param round has all terms
   * @return what ours may cost in this round
   */
  public double in(Round round) {
    return terms.stream().mapToDouble(term -> round.of(term).value()).sum() + constant;
  }

  @Override
  public String toString() {
    String sum = terms.stream().distinct().map(this::times).collect(Collectors.joining(" + "));
    String unit = terms.get(0).unit().equals("B") ? "B" : "ns";
    return constant == 0 ? sum : sum + " + " + Figures.shortest(constant) + " " + unit;
  }

  private String times(Arm term) {
    long count = terms.stream().filter(term::equals).count();
    return count == 1 ? term.name() : count + " x " + term.name();
  }
}
