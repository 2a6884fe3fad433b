// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.List;

/**
 * A list of rows that is measured in one go. Implementations have a public constructor without
 * parameters and are named in {@code META-INF/services/dev.tenfold.benchmarks.Suite}.
 */
public interface Suite {

  /**
   * Returns the argument by which the command line asks for it.
   *
   * @return one word
   */
  String name();

  /**
   * Returns the rows, asked for once per run.
   *
   * @return the rows in the order of the table
   */
  List<Row> rows();

  /**
   * Returns floors that are measured for comparison though no reach is built from them.
   *
   * @return more floors
   */
  default List<Arm> floors() {
    return List.of(Floors.RAW_CALL, Floors.CLOCK_READ);
  }
}
