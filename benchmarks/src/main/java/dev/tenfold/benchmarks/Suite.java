// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.TimeSource;
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
   * Returns floors that are measured for comparison though no budget is built from them.
   *
   * @return more floors
   */
  default List<Arm> floors() {
    return List.of(Floors.RAW_CALL, Floors.CLOCK_READ);
  }

  /**
   * Returns what is printed below the table: figures that need no rounds and that nothing is
   * claimed of. It is asked for once, in this process, after the last round, and is not part of the
   * JSON.
   *
   * @param time for what is timed by the way
   * @return lines, each with its end; none by default
   */
  default String appendix(TimeSource time) {
    return "";
  }
}
