// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The greatest cost that a claim allows: a sum of arms of the same round and a constant. A budget
 * made of floors moves with the machine, where a constant would be generous on one machine and out
 * of reach on another.
 *
 * <pre>{@code
 * Budget.sum(rawCall, atomicAdd).plus(3)       // raw call + atomic add + 3 ns
 * }</pre>
 *
 * @param terms the arms, at least one
 * @param constant a constant on top, in the unit of the terms
 */
public record Budget(List<Arm> terms, double constant) {

  /** Creates a budget. */
  public Budget {
    terms = List.copyOf(terms);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("the budget has no arm; it must have at least one");
    }
  }

  /**
   * Returns the sum of arms.
   *
   * @param terms at least one
   * @return the sum
   */
  public static Budget sum(Arm... terms) {
    return new Budget(List.of(terms), 0);
  }

  /**
   * Returns a budget with a constant added.
   *
   * @param more in the unit of the terms
   * @return the larger budget
   */
  public Budget plus(double more) {
    return new Budget(terms, constant + more);
  }

  /**
   * Returns the budget by the figures of a round.
   *
   * @param round a round with all terms
   * @return the greatest cost in this round
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
