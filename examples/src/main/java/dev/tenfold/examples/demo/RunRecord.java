// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;
import java.util.Map;

/**
 * Everything that the report tells.
 *
 * @param options what was asked for
 * @param when the day and time, as text
 * @param machine what it ran on, as text
 * @param windows the faults
 * @param timeline the signals
 * @param latencies percentiles per phase and operation
 * @param totals numbers of the whole run, by name
 * @param cacheBoundSeconds how old a read through the cache may be
 * @param standbyBoundSeconds how old a read from a standby may be
 * @param faultTraces per fault letter what it was seen to do
 * @param growth the next shard, as a plan
 * @param results the promises
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

  /** Numbers of the whole run. */
  record Totals(
      long requests,
      long bookings,
      long charges,
      long unansweredAttempts,
      long repeats,
      long readsLost,
      long repeatedCharges) {}
}
