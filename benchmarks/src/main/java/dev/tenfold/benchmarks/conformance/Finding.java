// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

/**
 * What a scenario found out about a library.
 *
 * @param kind whether its sentence holds
 * @param observed what was seen instead, or what is missing; empty if it holds without a but
 */
record Finding(Kind kind, String observed) {

  enum Kind {
    HOLDS("holds"),
    FAILS("FAILS"),
    NOT_OFFERED("not offered");

    final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  static Finding fails(String observed) {
    return new Finding(Kind.FAILS, observed);
  }

  static Finding notOffered(String missing) {
    return new Finding(Kind.NOT_OFFERED, missing);
  }

  /** Holds, or fails with what was observed. */
  static Finding of(boolean holds, String observed) {
    return holds ? new Finding(Kind.HOLDS, "") : fails(observed);
  }

  /** Adds what another kind of the same policy was found to do, unless that holds too. */
  Finding but(String kind, Finding other) {
    return !holds() || other.holds() ? this : new Finding(Kind.HOLDS, kind + ": " + other.observed);
  }

  /** Returns the text of a cell. */
  String cell() {
    return holds() && !observed.isEmpty() ? "holds, but" : kind.text;
  }

  boolean holds() {
    return kind == Kind.HOLDS;
  }
}
