// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.TimeSource;
import java.util.List;

/**
 * A list of rows that is measured in one run. Implementations have a public constructor without
 * parameters and are named in {@code META-INF/services/dev.tenfold.benchmarks.Suite}.
 */
public interface Suite {

  /**
   * Returns the name, which is the argument on the command line.
   *
   * @return one word
   */
  String name();

  /**
   * Returns what the suite measures, for {@code --help}.
   *
   * @return part of a sentence, at most 70 characters
   */
  String description();

  /**
   * Returns the rows. Called once per run.
   *
   * @return the rows in the order of the table
   */
  List<Row> rows();

  /**
   * Returns floors that are measured for comparison, besides those of the budgets.
   *
   * @return more floors
   */
  default List<Arm> floors() {
    return List.of(Floors.RAW_CALL, Floors.CLOCK_READ);
  }

  /**
   * Returns text to print below the table: figures that need no rounds and carry no claim. Called
   * once, in this process, after the last round. Not part of the JSON.
   *
   * @param time the clock for durations in the text
   * @return lines with line ends; none by default
   */
  default String appendix(TimeSource time) {
    return "";
  }
}
