// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;
import java.util.Map;

/**
 * The data of the report.
 *
 * @param options the options of the run
 * @param when the date and time, as text
 * @param machine the machine, as text
 * @param windows the faults
 * @param timeline the signals
 * @param latencies the latencies per phase and operation
 * @param totals the counts of the whole run
 * @param cacheBoundSeconds the bound on the staleness of reads through the cache
 * @param standbyBoundSeconds the bound on the staleness of reads from a standby
 * @param faultTraces the visible effect of each fault, by letter
 * @param growth the dry run for a third shard
 * @param results the results of the promises
 */
record RunRecord(
    DemoOptions options,
    String when,
    String machine,
    List<Fault.Window> windows,
    Timeline timeline,
    LatencyBook latencies,
    Totals totals,
    double cacheBoundSeconds,
    double standbyBoundSeconds,
    Map<String, String> faultTraces,
    Growth growth,
    List<PromiseResult> results) {

  boolean everyPromiseHeld() {
    return results.stream().allMatch(PromiseResult::held);
  }

  /** The counts of the whole run. */
  record Totals(
      long requests,
      long bookings,
      long charges,
      long unansweredAttempts,
      long repeats,
      long readsLost,
      long repeatedCharges) {}
}
