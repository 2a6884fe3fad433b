// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.Duration;
import java.util.Locale;

/** Formats figures: the same in every locale, with no more digits than are significant. */
final class Figures {

  private Figures() {}

  /** Formats a constant: 3, 0.5. */
  static String shortest(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** Formats a time or a ratio: 0.93, 12.4, 1,234. */
  static String value(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size < 10 ? "%,.2f" : size < 1000 ? "%,.1f" : "%,.0f", value);
  }

  /** Formats bytes per operation. The bookkeeping of JMH's profiler counts as 0. */
  static String bytes(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    if (Math.abs(value) < 0.05) {
      return "0";
    }
    return String.format(Locale.ROOT, value < 100 ? "%,.1f" : "%,.0f", value);
  }

  /** Formats a duration: 3 min 07 s. */
  static String duration(Duration duration) {
    return duration.toMinutes() == 0
        ? duration.toSeconds() + " s"
        : String.format(
            Locale.ROOT, "%d min %02d s", duration.toMinutes(), duration.toSecondsPart());
  }
}
