// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** Takes a sample of all signals per interval and passes it on. */
final class Sampler {
  private final TimeSource time;
  private final long intervalNanos;
  private final TrafficCounters counters;
  private final LatencyBook latencies;
  private final Freshness freshness;
  private final Supplier<Map<String, Map<String, Double>>> instances;
  private final Timeline timeline = new Timeline();
  private final Map<String, Double> before = new HashMap<>();
  private volatile boolean stopped;

  /**
   * Prepares the sampling.
   *
   * @param instances returns the signals of the instances that answer, by instance
   */
  Sampler(
      TimeSource time,
      long intervalNanos,
      Instruments instruments,
      Supplier<Map<String, Map<String, Double>>> instances) {
    this.time = time;
    this.intervalNanos = intervalNanos;
    this.counters = instruments.counters();
    this.latencies = instruments.latencies();
    this.freshness = instruments.freshness();
    this.instances = instances;
  }

  Timeline timeline() {
    return timeline;
  }

  /** Samples until {@link #stop}, calling {@code after} for each sample. */
  void run(long beganNanos, java.util.function.Consumer<Timeline.Sample> after)
      throws InterruptedException {
    sample(0, 1); // sets the counters of the time before the traffic apart
    long last = beganNanos;
    for (long n = 1; !stopped; n++) {
      time.sleep(beganNanos + n * intervalNanos - time.nanoTime());
      long now = time.nanoTime();
      Timeline.Sample sample = sample((now - beganNanos) / 1e9, (now - last) / 1e9);
      last = now;
      timeline.add(sample);
      after.accept(sample);
    }
  }

  void stop() {
    stopped = true;
  }

  private Timeline.Sample sample(double second, double seconds) {
    Map<String, Double> values = new HashMap<>();
    traffic(values, seconds);
    latencies.flip().forEach((op, histogram) -> latency(values, op, histogram));
    values.put("stale.cached", freshness.cached().flipSeconds());
    values.put("stale.standby", freshness.others().flipSeconds());
    values.put("stale.own", freshness.own().flipSeconds());
    Map<String, Map<String, Double>> signals = instances.get();
    signals.forEach((instance, found) -> instance(values, instance, found, seconds));
    values.put("instances", (double) signals.size());
    double hits =
        values.getOrDefault("cache.memory", 0.0) + values.getOrDefault("cache.remote", 0.0);
    double gets = hits + values.getOrDefault("cache.loaded", 0.0);
    if (gets > 0) {
      values.put("cache.ratio", hits / gets);
    }
    return new Timeline.Sample(second, values);
  }

  private void traffic(Map<String, Double> values, double seconds) {
    rate(values, "rate.arrived", counters.arrived.sum(), seconds);
    rate(values, "rate.answered", counters.answered.sum(), seconds);
    rate(values, "rate.refused", counters.refused.sum(), seconds);
    rate(values, "rate.failed", counters.failed.sum(), seconds);
    rate(values, "rate.timedOut", counters.timedOut.sum(), seconds);
    rate(values, "rate.repeats", counters.repeats.sum(), seconds);
    rate(values, "reads.standby", counters.fromStandby.sum(), seconds);
    rate(values, "reads.primary", counters.fromPrimary.sum(), seconds);
    rate(values, "reads.own.standby", counters.ownFromStandby.sum(), seconds);
    rate(values, "reads.own.primary", counters.ownFromPrimary.sum(), seconds);
    values.put("pending", (double) counters.pending.get());
    values.put("pending.bookings", (double) counters.pendingBookings.get());
  }

  private void rate(Map<String, Double> values, String name, long count, double seconds) {
    double earlier = before.getOrDefault(name, 0.0);
    before.put(name, (double) count);
    values.put(name, (count - earlier) / seconds);
  }

  private static void latency(
      Map<String, Double> values, Operation operation, Histogram histogram) {
    if (histogram.getTotalCount() == 0) {
      return;
    }
    String prefix = "latency." + operation.key();
    values.put(prefix + ".p50", histogram.getValueAtPercentile(50) / 1e3);
    values.put(prefix + ".p95", histogram.getValueAtPercentile(95) / 1e3);
    values.put(prefix + ".p99", histogram.getValueAtPercentile(99) / 1e3);
  }

  private void instance(
      Map<String, Double> values, String instance, Map<String, Double> found, double seconds) {
    found.forEach((name, value) -> {
      if (name.startsWith("count.")) {
        count(values, instance, name, value, seconds);
      } else if (name.startsWith("breaker.")) {
        values.put("breaker." + instance + " " + name.substring("breaker.".length()), value);
        values.merge("breakers.open", value == 2 ? 1.0 : 0.0, Double::sum);
      } else if (name.startsWith("saturation.")) {
        values.merge(name, value, Math::max);
        values.merge("pool.fullest", value, Math::max);
      } else {
        values.merge(name, value, Math::max);
      }
    });
  }

  /** A counter that decreased belongs to a restarted process. */
  private void count(
      Map<String, Double> values, String instance, String name, double value, double seconds) {
    String key = instance + " " + name;
    double earlier = before.getOrDefault(key, 0.0);
    before.put(key, value);
    double grown = value >= earlier ? value - earlier : value;
    values.merge(name.substring("count.".length()), grown / seconds, Double::sum);
  }
}
