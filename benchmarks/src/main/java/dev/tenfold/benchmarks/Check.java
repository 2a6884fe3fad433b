// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.io.PrintStream;

/**
 * Something the command line runs that is true or not, where a {@link Suite} is fast or not.
 * Implementations have a public constructor without parameters and are named in {@code
 * META-INF/services/dev.tenfold.benchmarks.Check}.
 */
public interface Check {

  /**
   * Returns the argument by which the command line asks for it.
   *
   * @return one word
   */
  String name();

  /**
   * Runs it.
   *
   * @param out takes what it found
   * @return whether what Tenfold promises holds
   */
  boolean holds(PrintStream out);
}
