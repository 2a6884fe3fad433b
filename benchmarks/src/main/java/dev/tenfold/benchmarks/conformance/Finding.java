// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

/**
 * The result of a scenario for a library.
 *
 * @param kind whether the sentence holds
 * @param observed the observed behaviour, or what the library lacks; empty if the sentence simply
 *     holds
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

  /** Returns HOLDS, or FAILS with the observed behaviour. */
  static Finding of(boolean holds, String observed) {
    return holds ? new Finding(Kind.HOLDS, "") : fails(observed);
  }

  /** Adds the finding for another variant of the policy, unless the sentence holds there too. */
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
