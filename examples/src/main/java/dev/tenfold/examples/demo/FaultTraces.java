// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The visible effect of each fault, as text; empty if the timeline shows no effect. */
final class FaultTraces {
  private final Timeline timeline;
  private final Takeover takeover;

  private FaultTraces(Timeline timeline, Takeover takeover) {
    this.timeline = timeline;
    this.takeover = takeover;
  }

  static Map<String, String> of(Timeline timeline, List<Fault.Window> windows, Takeover takeover) {
    var traces = new FaultTraces(timeline, takeover);
    Map<String, String> told = new LinkedHashMap<>();
    for (Fault.Window window : windows) {
      told.put(
          window.letter(),
          switch (window.letter()) {
            case "A" -> traces.payments(window);
            case "B" -> traces.standby(window);
            case "C" -> traces.redis(window);
            case "D" -> traces.instance(window);
            default -> traces.primary(window);
          });
    }
    return told;
  }

  private String payments(Fault.Window window) {
    double open = max("breakers.open", window);
    double waiting = max("pending.bookings", window);
    if (open == 0) {
      return "";
    }
    return (open > 1
            ? "The breakers of both instances opened"
            : "The breaker of one instance opened")
        + "; up to "
        + Figures.count(waiting)
        + " bookings queued at the clients, while the median of profile reads was "
        + Figures.millis(median("latency.profile.p50", window))
        + ".";
  }

  private String standby(Fault.Window window) {
    double moved = max("reads.primary", window);
    if (moved == 0) {
      return "";
    }
    return "List reads of the shard moved to its primary, up to "
        + Figures.count(moved)
        + " per second; the stalest read from a standby was stale by "
        + Figures.seconds(max("stale.standby", window))
        + ".";
  }

  private String redis(Fault.Window window) {
    double before =
        timeline.samples().stream()
            .filter(sample -> sample.second() < window.fromSeconds())
            .mapToDouble(sample -> sample.valueOr("cache.remote", 0))
            .max()
            .orElse(0);
    double silent =
        timeline.samples().stream()
            .filter(sample -> window.holdsAt(sample.second()))
            .filter(sample -> sample.valueOr("cache.remote", 0) == 0)
            .count();
    if (before == 0 || silent == 0) {
      return "";
    }
    return "Redis answered nothing; the databases answered up to "
        + Figures.count(max("cache.loaded", window))
        + " profile loads per second, and the median of profile reads was "
        + Figures.millis(median("latency.profile.p50", window))
        + ".";
  }

  private String instance(Fault.Window window) {
    boolean gone =
        timeline.samples().stream()
            .anyMatch(
                sample -> window.holdsAt(sample.second()) && sample.valueOr("instances", 2) < 2);
    if (!gone) {
      return "";
    }
    return "The other instance carried all traffic; up to "
        + Figures.count(max("rate.failed", window))
        + " attempts per second failed with a broken connection, and repeats completed the interrupted"
        + " bookings.";
  }

  private String primary(Fault.Window window) {
    double unanswered = max("rate.failed", window) + max("rate.refused", window);
    if (unanswered == 0) {
      return "";
    }
    return "Up to "
        + Figures.count(unanswered)
        + " attempts per second were not answered. The standby took writes "
        + Figures.seconds(takeover.promotionSeconds())
        + " after the loss, and both instances booked on it "
        + Figures.seconds(takeover.backSeconds())
        + " later, without a restart.";
  }

  private double max(String name, Fault.Window window) {
    return timeline.samples().stream()
        .filter(sample -> window.holdsAt(sample.second()))
        .mapToDouble(sample -> sample.valueOr(name, 0))
        .max()
        .orElse(0);
  }

  private double median(String name, Fault.Window window) {
    double[] sorted =
        timeline.samples().stream()
            .filter(sample -> window.holdsAt(sample.second()))
            .mapToDouble(sample -> sample.value(name))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
