// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** The signals over time: one sample of named values per interval. */
final class Timeline {
  private final List<Sample> samples = new CopyOnWriteArrayList<>();

  /**
   * A sample of one interval.
   *
   * @param second the end of the interval, in seconds since the start of the traffic
   * @param values the values by name; a signal without a value is absent
   */
  record Sample(double second, Map<String, Double> values) {
    Sample {
      values = Map.copyOf(values);
    }

    double value(String name) {
      return values.getOrDefault(name, Double.NaN);
    }

    double valueOr(String name, double absent) {
      return values.getOrDefault(name, absent);
    }
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  List<Sample> samples() {
    return samples;
  }

  double[] seconds() {
    return samples.stream().mapToDouble(Sample::second).toArray();
  }

  /** Returns a signal over time; NaN where there is no value. */
  double[] series(String name) {
    return samples.stream().mapToDouble(sample -> sample.value(name)).toArray();
  }

  /** Returns the names with a prefix, sorted. */
  Set<String> names(String prefix) {
    var names = new TreeSet<String>();
    for (Sample sample : samples) {
      for (String name : sample.values().keySet()) {
        if (name.startsWith(prefix)) {
          names.add(name);
        }
      }
    }
    return names;
  }
}
