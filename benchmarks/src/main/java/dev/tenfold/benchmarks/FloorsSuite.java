// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.List;

/** The suite {@code floors}: all shared floors and no row. */
public final class FloorsSuite implements Suite {

  /** For the service loader. */
  public FloorsSuite() {}

  @Override
  public String name() {
    return "floors";
  }

  @Override
  public String description() {
    return "the costs of the machine that no library can avoid";
  }

  @Override
  public List<Row> rows() {
    return List.of();
  }

  @Override
  public List<Arm> floors() {
    return Floors.all();
  }
}
