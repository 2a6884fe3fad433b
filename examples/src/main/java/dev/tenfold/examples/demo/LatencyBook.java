// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Latencies per operation, recorded twice: for the charts by the interval of the answer, and for
 * the table by the phase in which the request was due. Recording is thread-safe and takes no lock;
 * all other methods belong to one thread.
 */
final class LatencyBook {
  private static final long MAX_MICROS = 600_000_000;

  private final Map<Operation, Recorder> recorders = new EnumMap<>(Operation.class);
  private final Map<String, Map<Operation, Histogram>> phases = new LinkedHashMap<>();

  /** Creates histograms for each phase, in this order. */
  LatencyBook(List<String> phaseNames) {
    for (Operation operation : Operation.values()) {
      recorders.put(operation, new Recorder(MAX_MICROS, 3));
    }
    for (String phase : phaseNames) {
      Map<Operation, Histogram> page = new EnumMap<>(Operation.class);
      for (Operation operation : Operation.values()) {
        page.put(operation, new ConcurrentHistogram(MAX_MICROS, 3));
      }
      phases.put(phase, page);
    }
  }

  void record(Operation operation, String phase, long nanos) {
    long micros = Math.min(MAX_MICROS, Math.max(0, nanos / 1_000));
    Objects.requireNonNull(recorders.get(operation)).recordValue(micros);
    Map<Operation, Histogram> page = phases.get(phase);
    if (page == null) {
      throw new IllegalArgumentException("phase " + phase + " is not among " + phases.keySet());
    }
    Objects.requireNonNull(page.get(operation)).recordValue(micros);
  }

  /** Resets all histograms. */
  void reset() {
    recorders.values().forEach(Recorder::reset);
    phases.values().forEach(page -> page.values().forEach(Histogram::reset));
  }

  /** Ends an interval and returns its histograms. */
  Map<Operation, Histogram> flip() {
    Map<Operation, Histogram> interval = new EnumMap<>(Operation.class);
    recorders.forEach(
        (operation, recorder) -> interval.put(operation, recorder.getIntervalHistogram()));
    return interval;
  }

  /** Returns the histograms by phase and operation. */
  Map<String, Map<Operation, Histogram>> phases() {
    return phases;
  }

  Histogram total(Operation operation) {
    var total = new Histogram(MAX_MICROS, 3);
    phases.values().forEach(page -> total.add(Objects.requireNonNull(page.get(operation))));
    return total;
  }
}
