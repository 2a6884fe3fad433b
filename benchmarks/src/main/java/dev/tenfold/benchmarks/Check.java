// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.io.PrintStream;

/**
 * A check that the command line runs: it holds or does not, where a {@link Suite} is measured.
 * Implementations have a public constructor without parameters and are named in {@code
 * META-INF/services/dev.tenfold.benchmarks.Check}.
 */
public interface Check {

  /**
   * Returns the name, which is the argument on the command line.
   *
   * @return one word
   */
  String name();

  /**
   * Returns what the check looks for, for {@code --help}.
   *
   * @return part of a sentence, at most 70 characters
   */
  String description();

  /**
   * Runs the check.
   *
   * @param out receives the findings
   * @return whether the promises of Tenfold hold
   */
  boolean holds(PrintStream out);
}
