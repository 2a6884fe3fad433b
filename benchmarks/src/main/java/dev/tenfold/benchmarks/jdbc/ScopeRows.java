// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Budget;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.core.TimeSource;
import java.util.List;

/** The rows about consistency scopes, which no peer has. */
final class ScopeRows {
  private static final double CLEAN_NANOS = 15;
  private static final double FLOOR_NANOS = 20;
  private static final double QUESTIONS = 2;
  private static final double PRIMARY_PERCENT = 10;
  private static final double BYTES = 256;

  private ScopeRows() {}

  /**
   * Returns the rows.
   *
   * @param read the read on a replica outside of scopes
   */
  static List<Row> rows(Arm read) {
    return List.of(
        clean(read), floor(read), commit(), capture(), reads(), memory(), memoryOfUsed());
  }

  private static Row clean(Arm read) {
    Arm open = timed("scope opened and closed", "open");
    return Row.of(
            "read on a replica in a clean scope, stub driver",
            timed("Tenfold, new scope", "readInNew"))
        .peers(read)
        .within(Budget.sum(read, open).plus(CLEAN_NANOS))
        .note("A scope is clean up to its first read: each read opens a scope and closes it.")
        .build();
  }

  private static Row floor(Arm read) {
    return Row.of(
            "read on a replica in a scope with a floor, stub driver",
            timed("Tenfold, scope with a token", "readInContinued"))
        .peers(read)
        .within(Budget.sum(read).plus(FLOOR_NANOS))
        .note("The token is of a write that both replicas have replayed.")
        .build();
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

  private static Row reads() {
    TimeSource time = TimeSource.system();
    return Row.of(
            "write, then 100 reads 2.5 ms apart in a scope, reads on the primary, PostgreSQL",
            new Arm.Workload("Tenfold", "%", each -> ScopeReads.percentOnPrimary(time, each), true))
        .atMost(PRIMARY_PERCENT)
        .note("Two healthy standbys serve the others.")
        .build();
  }

  private static Row memory() {
    return Row.of(
            "memory of an open scope, 10,000 scopes",
            new Arm.Workload("Tenfold", "B", each -> ScopeMemory.ofUnused()))
        .atMost(BYTES)
        .build();
  }

  private static Row memoryOfUsed() {
    return Row.of(
            "memory of an open scope with a token, after a write and a read, 10,000 scopes",
            new Arm.Workload("Tenfold", "B", each -> ScopeMemory.ofUsed()))
        .atMost(BYTES)
        .build();
  }

  private static Arm timed(String name, String method) {
    return Arm.timed(name, ScopeBenchmark.class, method);
  }
}
