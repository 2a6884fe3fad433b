// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One line of business of a suite: our arm, the peers that do the same, the floors the budget is
 * built from, and the claims.
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

  private Row(Builder builder) {
    name = builder.name;
    ours = builder.ours;
    peers = List.copyOf(builder.peers);
    Set<Arm> terms = new LinkedHashSet<>(builder.terms);
    terms.removeAll(peers);
    floors = List.copyOf(terms);
    claims = List.copyOf(builder.claims);
  }

  /**
   * Begins a row.
   *
   * @param name what is done, with the sizes that matter
   * @param ours our arm
   * @return the rest of the row
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

  /** The terms of the reaches that are not peers. */
  List<Arm> floors() {
    return floors;
  }

  List<Claim> claims() {
    return claims;
  }

  /** Collects peers and claims. */
  public static final class Builder {
    private final String name;
    private final Arm ours;
    private final List<Arm> peers = new ArrayList<>();
    private final Set<Arm> terms = new LinkedHashSet<>();
    private final List<Claim> claims = new ArrayList<>();

    private Builder(String name, Arm ours) {
      this.name = Objects.requireNonNull(name, "name");
      this.ours = Objects.requireNonNull(ours, "ours");
    }

    /**
     * Adds peers, which are measured and printed in this order.
     *
     * @param more peers that do the same work
     * @return this builder
     */
    public Builder peers(Arm... more) {
      peers.addAll(List.of(more));
      return this;
    }

    /**
     * Claims that ours costs at most the budget; its terms that are not peers become floors.
     *
     * @param budget a sum of floors or peers and a constant
     * @return this builder
     */
    public Builder within(Budget budget) {
      terms.addAll(budget.terms());
      claims.add(Claim.within(ours, budget));
      return this;
    }

    /**
     * Claims that ours costs less than each of these.
     *
     * @param slower peers of this row
     * @return this builder
     */
    public Builder aheadOf(Arm... slower) {
      List.of(slower).forEach(peer -> claims.add(Claim.ahead(ours, peer(peer))));
      return this;
    }

    /**
     * Claims that ours costs at most a fraction of each of these.
     *
     * @param factor how many times less, more than 1
     * @param slower peers of this row
     * @return this builder
     */
    public Builder timesAheadOf(double factor, Arm... slower) {
      List.of(slower).forEach(peer -> claims.add(Claim.timesAhead(ours, peer(peer), factor)));
      return this;
    }

    /**
     * Claims that ours does not cost more than any of these.
     *
     * @param others peers of this row
     * @return this builder
     */
    public Builder notBehind(Arm... others) {
      List.of(others).forEach(peer -> claims.add(Claim.notBehind(ours, peer(peer))));
      return this;
    }

    /**
     * Claims that ours costs at most so many times what each of these costs.
     *
     * @param factor how many times, more than 0
     * @param others peers of this row
     * @return this builder
     */
    public Builder atMostTimes(double factor, Arm... others) {
      List.of(others).forEach(peer -> claims.add(Claim.atMostTimes(ours, peer(peer), factor)));
      return this;
    }

    /**
     * Claims that ours allocates less than half a byte per operation.
     *
     * @return this builder
     */
    public Builder allocatesNothing() {
      return allocatesAtMost(0);
    }

    /**
     * Claims that ours allocates at most so much per operation.
     *
     * @param bytes 0 or more; half a byte on top does not count
     * @return this builder
     */
    public Builder allocatesAtMost(int bytes) {
      claims.add(Claim.allocates(ours, bytes));
      return this;
    }

    /**
     * Claims a limit that no machine changes, such as bytes held.
     *
     * @param limit in the unit of our arm
     * @return this builder
     */
    public Builder atMost(double limit) {
      claims.add(Claim.atMost(ours, limit));
      return this;
    }

    private Arm peer(Arm arm) {
      if (!peers.contains(arm)) {
        throw new IllegalArgumentException(arm.name() + " is not among the peers of " + name);
      }
      return arm;
    }

    /**
     * Ends the row.
     *
     * @return the row
     */
    public Row build() {
      return new Row(this);
    }
  }
}
