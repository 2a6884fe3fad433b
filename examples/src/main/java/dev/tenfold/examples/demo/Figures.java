// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Locale;

/** Formats numbers for people, the same in every locale. */
final class Figures {
  private Figures() {}

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String count(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%,.0f", value);
  }

  static String percent(double ratio) {
    return Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.0f %%", ratio * 100);
  }

  static String decimal(double value, int digits) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Formats bytes in kB or MB; a kB has 1,000 bytes. */
  static String bytes(long bytes) {
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
    }
    return String.format(Locale.ROOT, bytes < 9_950_000 ? "%.1f MB" : "%.0f MB", bytes / 1e6);
  }

  static String seconds(double seconds) {
    return Double.isFinite(seconds) ? millis(seconds * 1_000) : "-";
  }

  /** Formats a duration in ms or s with at most three significant digits. */
  static String millis(double millis) {
    if (Double.isNaN(millis)) {
      return "-";
    }
    if (millis >= 9_950) {
      return String.format(Locale.ROOT, "%.0f s", millis / 1_000);
    }
    if (millis >= 995) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1_000);
    }
    if (millis >= 9.95) {
      return String.format(Locale.ROOT, "%.0f ms", millis);
    }
    return millis == 0 ? "0" : String.format(Locale.ROOT, "%.1f ms", millis);
  }

  /** Formats seconds as minutes and seconds. */
  static String clock(double seconds) {
    long whole = Math.max(0, (long) seconds);
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }
}
