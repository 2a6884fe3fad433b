// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One comparison of a suite: an arm of Tenfold, the peers that do the same work, the floors of the
 * budget, and the claims.
 *
 * <pre>{@code
 * Row.of("one admission", ours).peers(theirs).within(Budget.sum(rawCall).plus(2)).aheadOf(theirs)
 *     .allocatesNothing().build();
 * }</pre>
 *
 * <p>Immutable.
 */
public final class Row {
  private final String name;
  private final Arm ours;
  private final List<Arm> peers;
  private final List<Arm> floors;
  private final List<Claim> claims;
  private final List<String> notes;

  private Row(Builder builder) {
    name = builder.name;
    ours = builder.ours;
    peers = List.copyOf(builder.peers);
    Set<Arm> terms = new LinkedHashSet<>(builder.terms);
    terms.removeAll(peers);
    floors = List.copyOf(terms);
    claims = List.copyOf(builder.claims);
    notes = List.copyOf(builder.notes);
  }

  /**
   * Returns a builder of a row.
   *
   * @param name the operation, with the sizes that matter
   * @param ours the arm of Tenfold
   * @return the builder
   */
  public static Builder of(String name, Arm ours) {
    return new Builder(name, ours);
  }

  String name() {
    return name;
  }

  Arm ours() {
    return ours;
  }

  List<Arm> peers() {
    return peers;
  }

  /** The terms of the budgets that are not peers. */
  List<Arm> floors() {
    return floors;
  }

  List<Claim> claims() {
    return claims;
  }

  List<String> notes() {
    return notes;
  }

  /** Collects peers, claims and notes. */
  public static final class Builder {
    private final String name;
    private final Arm ours;
    private final List<Arm> peers = new ArrayList<>();
    private final Set<Arm> terms = new LinkedHashSet<>();
    private final List<Claim> claims = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private Builder(String name, Arm ours) {
      this.name = Objects.requireNonNull(name, "name");
      this.ours = Objects.requireNonNull(ours, "ours");
    }

    /**
     * Adds peers, in the order of the table.
     *
     * @param more arms that do the same work
     * @return this builder
     */
    public Builder peers(Arm... more) {
      peers.addAll(List.of(more));
      return this;
    }

    /**
     * Claims that Tenfold costs at most the budget. Terms that are not peers become floors of the
     * row.
     *
     * @param budget the budget
     * @return this builder
     */
    public Builder within(Budget budget) {
      terms.addAll(budget.terms());
      claims.add(Claim.within(ours, budget));
      return this;
    }

    /**
     * Claims that Tenfold costs less than each of some peers.
     *
     * @param slower peers of this row
     * @return this builder
     */
    public Builder aheadOf(Arm... slower) {
      List.of(slower).forEach(peer -> claims.add(Claim.ahead(ours, peer(peer))));
      return this;
    }

    /**
     * Claims that Tenfold costs at most a fraction of each of some peers.
     *
     * @param factor the factor by which Tenfold is faster, more than 1
     * @param slower peers of this row
     * @return this builder
     */
    public Builder timesAheadOf(double factor, Arm... slower) {
      List.of(slower).forEach(peer -> claims.add(Claim.timesAhead(ours, peer(peer), factor)));
      return this;
    }

    /**
     * Claims that Tenfold costs no more than each of some peers.
     *
     * @param others peers of this row
     * @return this builder
     */
    public Builder notBehind(Arm... others) {
      List.of(others).forEach(peer -> claims.add(Claim.notBehind(ours, peer(peer))));
      return this;
    }

    /**
     * Claims that Tenfold costs at most a multiple of each of some peers.
     *
     * @param factor the multiple, more than 0
     * @param others peers of this row
     * @return this builder
     */
    public Builder atMostTimes(double factor, Arm... others) {
      List.of(others).forEach(peer -> claims.add(Claim.atMostTimes(ours, peer(peer), factor)));
      return this;
    }

    /**
     * Claims that Tenfold reaches a fraction of the throughput of each of some peers.
     *
     * @param fraction more than 0
     * @param others peers of this row, whose figures are times per operation
     * @return this builder
     */
    public Builder throughputAtLeast(double fraction, Arm... others) {
      List.of(others).forEach(peer -> claims.add(Claim.throughput(ours, peer(peer), fraction)));
      return this;
    }

    /**
     * Claims that the rounds show no difference between Tenfold and each of some peers. Missed only
     * if Tenfold is significantly slower; not shown if the interval is too wide to tell.
     *
     * @param others peers of this row
     * @return this builder
     */
    public Builder indistinguishableFrom(Arm... others) {
      List.of(others).forEach(peer -> claims.add(Claim.indistinguishable(ours, peer(peer))));
      return this;
    }

    /**
     * Claims that what Tenfold adds to a floor is a fraction of what each of some peers adds.
     *
     * @param factor the factor by which Tenfold adds less, more than 1
     * @param floor what both add to, a peer of this row
     * @param others peers of this row
     * @return this builder
     */
    public Builder timesLessOverhead(double factor, Arm floor, Arm... others) {
      for (Arm other : others) {
        claims.add(Claim.lessOverhead(ours, peer(other), peer(floor), factor));
      }
      return this;
    }

    /**
     * Claims that Tenfold allocates at most some bytes per operation more than a peer.
     *
     * @param other a peer of this row
     * @param bytes the limit, 0 or more; half a byte on top does not count
     * @return this builder
     */
    public Builder allocatesAtMostAbove(Arm other, int bytes) {
      claims.add(Claim.allocatesAbove(ours, peer(other), bytes));
      return this;
    }

    /**
     * Claims that Tenfold allocates less than half a byte per operation.
     *
     * @return this builder
     */
    public Builder allocatesNothing() {
      return allocatesAtMost(0);
    }

    /**
     * Claims that Tenfold allocates at most some bytes per operation.
     *
     * @param bytes the limit, 0 or more; half a byte on top does not count
     * @return this builder
     */
    public Builder allocatesAtMost(int bytes) {
      claims.add(Claim.allocates(ours, bytes));
      return this;
    }

    /**
     * Claims a limit that does not depend on the machine, such as a footprint.
     *
     * @param limit the limit, in the unit of the arm
     * @return this builder
     */
    public Builder atMost(double limit) {
      claims.add(Claim.atMost(ours, limit));
      return this;
    }

    /**
     * Adds a footnote, for work that not all arms of the row do.
     *
     * @param text a sentence
     * @return this builder
     */
    public Builder note(String text) {
      notes.add(Objects.requireNonNull(text, "text"));
      return this;
    }

    private Arm peer(Arm arm) {
      if (!peers.contains(arm)) {
        throw new IllegalArgumentException(arm.name() + " is not among the peers of " + name);
      }
      return arm;
    }

    /**
     * Returns the row.
     *
     * @return the row
     */
    public Row build() {
      return new Row(this);
    }
  }
}
