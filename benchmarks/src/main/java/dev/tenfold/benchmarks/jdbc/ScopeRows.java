// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Budget;
import dev.tenfold.benchmarks.Row;
import java.util.List;

/** The rows about consistency scopes, which no peer has. */
final class ScopeRows {
  private static final double QUESTIONS = 2;

  private ScopeRows() {}

  static List<Row> rows() {
    return List.of(commit(), capture());
  }

  private static Row commit() {
    String unit = "round trips";
    Arm hikari = new Arm.Workload("HikariCP", unit, each -> ScopeCommits.ofHikari());
    return Row.of(
            "write transaction in a scope, stub driver",
            new Arm.Workload("Tenfold, new scope", unit, each -> ScopeCommits.ofTenfold()))
        .peers(hikari)
        .within(Budget.sum(hikari))
        .note("They are the update and the commit.")
        .build();
  }

  private static Row capture() {
    return Row.of(
            "64 scopes that capture at once, stub driver",
            new Arm.Workload("Tenfold", "questions", each -> ScopeCaptures.questions()))
        .atMost(QUESTIONS)
        .note("A question asks the primary for its position. Each scope has written before.")
        .build();
  }
}
