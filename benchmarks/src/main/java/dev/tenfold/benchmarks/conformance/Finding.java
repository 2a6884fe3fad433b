// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

/**
 * What a scenario found out about a library.
 *
 * @param kind whether its sentence holds
 * @param observed what was seen instead, or what is missing; empty if it holds
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

  boolean holds() {
    return kind == Kind.HOLDS;
  }
}
