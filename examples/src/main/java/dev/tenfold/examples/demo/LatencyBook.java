// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Latencies per operation: per sampling interval for the timelines, and per phase of the schedule
 * for the table. Recording is thread-safe and wait-free; {@link #flip} belongs to one thread.
 */
final class LatencyBook {
  private static final long LARGEST_MICROS = 600_000_000;

  private final Map<Operation, Recorder> recorders = new EnumMap<>(Operation.class);
  private final Map<String, Map<Operation, Histogram>> phases = new LinkedHashMap<>();

  LatencyBook() {
    for (Operation operation : Operation.values()) {
      recorders.put(operation, new Recorder(LARGEST_MICROS, 3));
    }
  }

  void record(Operation operation, long nanos) {
    long micros = Math.min(LARGEST_MICROS, Math.max(0, nanos / 1_000));
    Recorder recorder = recorders.get(operation);
    if (recorder != null) {
      recorder.recordValue(micros);
    }
  }

  /** Forgets everything recorded so far. */
  void reset() {
    recorders.values().forEach(Recorder::reset);
    phases.clear();
  }

  /** Ends an interval: returns its histograms and adds them to the phase. */
  Map<Operation, Histogram> flip(String phase) {
    Map<Operation, Histogram> totals =
        phases.computeIfAbsent(phase, name -> new EnumMap<>(Operation.class));
    Map<Operation, Histogram> interval = new EnumMap<>(Operation.class);
    recorders.forEach((operation, recorder) -> {
      Histogram recent = recorder.getIntervalHistogram();
      interval.put(operation, recent);
      totals.computeIfAbsent(operation, name -> new Histogram(LARGEST_MICROS, 3)).add(recent);
    });
    return interval;
  }

  /** Per phase and operation, in the order in which the phases began. */
  Map<String, Map<Operation, Histogram>> phases() {
    return phases;
  }

  Histogram total(Operation operation) {
    var total = new Histogram(LARGEST_MICROS, 3);
    for (Map<Operation, Histogram> phase : phases.values()) {
      Histogram part = phase.get(operation);
      if (part != null) {
        total.add(part);
      }
    }
    return total;
  }
}
